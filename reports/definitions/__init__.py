"""Every published measure, defined once: what it counts, over what, without what, by whose rule.

A figure is never shown without its definition: two hotlines mean different things by 接通率, and
one quarter was published with both 94.84 % and 88.94 %. Reports, API and command line read this.
"""

from collections.abc import Mapping
from typing import Any

from reports.definitions.agents import AGENT_MEASURES
from reports.definitions.answer_rates import ANSWER_RATES
from reports.definitions.callbacks import CALLBACKS
from reports.definitions.follow_up import FOLLOW_UPS
from reports.definitions.measure import CallMeasure, Measure, Unit
from reports.definitions.repeats import REPEATS
from reports.definitions.satisfaction import SATISFACTION
from reports.definitions.service_levels import SERVICE_LEVELS
from reports.definitions.tickets import TICKET_MEASURES
from reports.definitions.times import TIMES
from reports.definitions.transfers import TRANSFERS
from reports.definitions.volumes import VOLUMES

__all__ = ["BY_ID", "EVERY", "MEASURES", "CallMeasure", "Measure", "Unit"]

MEASURES: tuple[CallMeasure, ...] = (
    *VOLUMES,
    *ANSWER_RATES,
    *SERVICE_LEVELS,
    *TIMES,
    *SATISFACTION,
)
BY_ID: Mapping[str, CallMeasure] = {measure.id: measure for measure in MEASURES}
# What is counted of other things than calls as well.
EVERY: tuple[Measure[Any], ...] = (
    *MEASURES,
    *CALLBACKS,
    *REPEATS,
    *AGENT_MEASURES,
    *TRANSFERS,
    *TICKET_MEASURES,
    *FOLLOW_UPS,
)
