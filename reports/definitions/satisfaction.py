"""What callers said of it after the talk."""

from reports.definitions.measure import CallMeasure, Measure, Unit
from reports.definitions.words import STILL_RUNNING
from tickets.outcomes import Outcome

SATISFACTION: tuple[CallMeasure, ...] = (
    Measure(
        id="rating_share",
        version=1,
        name_zh="参评率",
        name_en="Share of answered callers who rated",
        formula="rated / answered",
        numerator="calls of class answered with a rating",
        denominator="calls of class answered",
        exclusions=STILL_RUNNING,
        unit=Unit.SHARE,
        source="Common usage; satisfaction means nothing without it",
        over=lambda c: c.rated,
        under=lambda c: c.of(Outcome.ANSWERED),
    ),
    Measure(
        id="satisfaction",
        version=1,
        name_zh="满意率（话后评价）",
        name_en="Satisfaction after the talk",
        formula="(very satisfied + satisfied + fairly satisfied) / rated",
        numerator="calls of class answered rated 1, 2 or 3 of five",
        denominator="calls of class answered with a rating",
        exclusions=f"{STILL_RUNNING}; callers who did not rate",
        unit=Unit.SHARE,
        source="好差评 of five levels (very satisfied, satisfied and fairly satisfied are good); "
        "some cities divide by all calls, so 参评率 stands beside it",
        over=lambda c: c.satisfied,
        under=lambda c: c.rated,
    ),
)
