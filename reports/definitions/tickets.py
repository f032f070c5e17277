"""The measures of tickets: how many, how soon, how well, each over `TicketCounts`."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from reports.definitions.measure import Measure, Unit
from reports.ticket_counts import TicketCounts

TicketMeasure: TypeAlias = Measure[TicketCounts]

_HEARD = "tickets of calls that no agent heard (they are counted as calls)"
_COUNTABLE = f"{_HEARD}; UNREASONABLE, WITHDRAWN, MERGED, OUT and INVALID tickets"
_OUR_RULE = "The hotline's own rule"
_CLOCK = "The hotline's own clocks; limits of config/limits.toml, by the city's working days"


def _count(
    selection: str, names: tuple[str, str], formula: str, short: str = "", source: str = _OUR_RULE
) -> TicketMeasure:
    return Measure(
        id=f"tickets_{selection}",
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=formula,
        numerator=formula,
        denominator=None,
        exclusions=_HEARD,
        unit=Unit.TICKETS,
        source=source,
        over=lambda c: c.of(selection),
        short=short,
    )


def _share(
    id_: str,
    names: tuple[str, str],
    over: tuple[str, str],
    under: tuple[str, str],
    *,
    source: str = _OUR_RULE,
    exclusions: str = _COUNTABLE,
    short: str = "",
) -> TicketMeasure:
    """Define a share of tickets; `over` and `under` are a selection and its words."""
    return Measure(
        id=id_,
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=f"{over[1]} / {under[1]}",
        numerator=over[1],
        denominator=under[1],
        exclusions=exclusions,
        unit=Unit.SHARE,
        source=source,
        over=lambda c: c.of(over[0]),
        under=lambda c: c.of(under[0]),
        short=short,
    )


def _mean(
    id_: str, names: tuple[str, str], sum_: str, formula: str, exclusions: str, short: str = ""
) -> TicketMeasure:
    return Measure(
        id=id_,
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=f"Σ ({formula}) / settled tickets",
        numerator=formula,
        denominator="dispatched tickets that are settled",
        exclusions=f"{_COUNTABLE}; tickets not settled yet{exclusions}",
        unit=Unit.DAYS,
        source="平均办事流转时间; published without a formula, so each reading is a measure of its "
        "own",
        over=_sum(sum_),
        under=lambda c: c.of("flowed"),
        short=short,
    )


def _sum(name: str) -> Callable[[TicketCounts], float]:
    return lambda c: c.sum(name)


_RECEIVED = ("received", "received")
_HANDED = ("handed_over", "dispatched to a unit at least once")
_NO_CONDITION = "time before dispatch"

TICKET_MEASURES: tuple[TicketMeasure, ...] = (
    _count("received", ("受理量", "Tickets received"), "tickets by the local day they came in",
           "受理"),
    _count("answered_online", ("在线答复量", "Answered at once"),
           "ended tickets that were never dispatched", "在线答复"),
    _count("handed_over", ("转办量", "Handed over to units"), "tickets dispatched at least once",
           "转办"),
    _count("undecided", ("待分类量", "Not yet decided"),
           "open tickets that were never dispatched", "待分类"),
    _count("in_progress", ("在办量", "With units"), "dispatched tickets that have not ended",
           "在办"),
    _count("overdue", ("超期未办结量", "Overdue and open"),
           "dispatched tickets whose handling clock runs beyond its limit", "超期"),
    _count("invalid", ("无效量", "Invalid"), "tickets in state INVALID", "无效"),
    _count("unreasonable", ("不合理诉求量", "Unreasonable"),
           "tickets in state UNREASONABLE: two reviewers, evidence, the citizen told", "不合理"),
    _share("online_answer_rate", ("直接答复率", "Answered at once"),
           ("answered_online", "answered at once"), _RECEIVED, exclusions=_HEARD,
           short="直接答复率"),
    _share("dispatch_rate", ("转办率", "Dispatch rate"), _HANDED, _RECEIVED, exclusions=_HEARD,
           short="转办率"),
    _share("dispatch_on_time", ("及时派单率", "Dispatched in time"),
           ("dispatched_in_time", "dispatch clock stopped in time"),
           ("dispatch_decided", "dispatch clock stopped or over"), source=_CLOCK, short="及时派单"),
    _share("signing_on_time", ("按时签收率", "Signed in time"),
           ("signed_in_time", "every sign clock stopped in time"),
           ("sign_decided", "sign clock stopped or over"), source=_CLOCK, short="按时签收"),
    _share("contact_on_time", ("先行联系率", "First contact in time"),
           ("contacted_in_time", "first-contact clock stopped in time"),
           ("contact_decided", "first-contact clock stopped or over"), source=_CLOCK,
           short="先行联系"),
    _share("handling_on_time", ("按时办结率", "Handled in time"),
           ("handled_in_time", "every handling clock stopped in time"),
           ("handle_decided", "handling clock stopped, or over and still running"), source=_CLOCK,
           short="按时办结"),
    _share("completion_rate", ("办结率", "Handled"),
           ("handled", "handling clock stopped"), ("countable", "dispatched"), source=_CLOCK,
           short="办结率"),
    _share("solved_rate", ("解决率", "Solved"), ("solved", "solved by the citizen's word"),
           ("solved_known", "citizens who answered the follow-up"), short="解决率"),
    _share("return_rate", ("退单率", "Return rate"), ("returned", "a return was asked for"),
           _HANDED, exclusions=_HEARD, short="退单率"),
    _share("unfounded_return_rate", ("无效退单率", "Unfounded returns"),
           ("returned_unfounded", "return refused"), ("returned", "a return was asked for"),
           exclusions=_HEARD, short="无效退单"),
    _share("redispatch_rate", ("二次派单率", "Dispatched again"),
           ("redispatched", "dispatched more than once"), _HANDED, exclusions=_HEARD,
           short="二次派单"),
    _share("extension_rate", ("延期率", "Extended"), ("extended", "extension granted"), _HANDED,
           exclusions=_HEARD, short="延期率"),
    _share("redo_rate", ("重办率", "Redone"), ("redone", "redone at least once"), _HANDED,
           exclusions=_HEARD, short="重办率"),
    *(
        _share(f"repeat_rate_{days}", (f"{days}日重复诉求率", f"Repeated within {days} days"),
               (f"repeated_{days}", f"same caller and category within {days} days before"),
               _RECEIVED,
               exclusions=f"{_HEARD}; what the same caller said before the period began")
        for days in (7, 15, 30)
    ),
    Measure(
        id="overall_satisfaction",
        version=1,
        name_zh="综合满意率",
        name_en="Satisfaction with the outcome",
        formula="content answers / answers in follow-ups",
        numerator="answers that mark the handling 1, 2 or 3 of five",
        denominator="answers that mark the handling; a ticket handled twice has two",
        exclusions=f"{_COUNTABLE}; tickets answered at once, citizens not reached",
        unit=Unit.SHARE,
        source="综合满意率 of quarterly bulletins, which print no formula",
        over=_sum("content_answers"),
        under=_sum("answers"),
        short="满意率",
    ),
    Measure(
        id="follow_up_calls",
        version=1,
        name_zh="回访外呼量",
        name_en="Follow-up calls placed",
        formula="attempts to ask citizens of dispatched tickets",
        numerator="attempts, reached or not",
        denominator=None,
        exclusions=_HEARD,
        unit=Unit.CALLS,
        source="回访外呼 of quarterly bulletins",
        over=_sum("follow_up_calls"),
        short="回访外呼",
    ),
    _mean("flow_days", ("平均流转时间", "Mean flow time"), "flow_days",
          "settled − first dispatched, in days of 24 h", "", "流转天数"),
    _mean("flow_days_unpaused", ("平均流转时间（扣除挂起）", "Mean flow time without suspension"),
          "flow_days_unpaused", "settled − first dispatched − days suspended",
          "; time suspended"),
    _mean("flow_workdays", ("平均流转工作日", "Mean flow time in working days"), "flow_workdays",
          "working days after the day of dispatch up to the day it was settled",
          "; days off"),
    _mean("handling_days", ("平均办理时间", "Mean handling time"), "handling_days",
          "answer of the unit accepted − first dispatched, in days of 24 h",
          "; review and delivery of the answer"),
)  # fmt: skip
TICKETS_BY_ID: Mapping[str, TicketMeasure] = {measure.id: measure for measure in TICKET_MEASURES}
