"""Every published measure, defined once: what it counts, over what, without what, by whose rule.

A figure is never shown without its definition: two hotlines mean different things by 接通率, and
one quarter was published with both 94.84 % and 88.94 %. Reports, API and command line read this.
"""

from collections.abc import Mapping

from reports.definitions.answer_rates import ANSWER_RATES
from reports.definitions.measure import CallMeasure, Measure, Unit
from reports.definitions.satisfaction import SATISFACTION
from reports.definitions.service_levels import SERVICE_LEVELS
from reports.definitions.times import TIMES
from reports.definitions.volumes import VOLUMES

__all__ = ["BY_ID", "MEASURES", "CallMeasure", "Measure", "Unit"]

MEASURES: tuple[CallMeasure, ...] = (
    *VOLUMES,
    *ANSWER_RATES,
    *SERVICE_LEVELS,
    *TIMES,
    *SATISFACTION,
)
BY_ID: Mapping[str, CallMeasure] = {measure.id: measure for measure in MEASURES}
