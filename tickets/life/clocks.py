"""What each move does to the clocks of a ticket: one function for each word of the table.

Clocks are rows; a clock that is not running is kept, since how long everything took is counted.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from tickets import routes
from tickets.acts import Act, Clock
from tickets.durations import Span, Unit, read_span, stricter
from tickets.life.models import RunningClock
from tickets.life.picture import Case, Picture
from tickets.life.words import ClockKind
from tickets.limits import Limits
from tickets.routes import Route
from tickets.units import CENTER
from tickets.urgency import Urgency

FOLLOW_UP_LIMIT = Span(2, Unit.WORKDAYS)
_FROM_DISPATCH = (
    ClockKind.SIGN,
    ClockKind.FIRST_CONTACT,
    ClockKind.FIRST_REPLY,
    ClockKind.ON_SITE,
    ClockKind.HANDLE,
)


def wind(case: Case, act: Act, clock: Clock) -> None:
    """Start, stop or move the clocks of a ticket as the move's row says."""
    _EFFECTS[clock](case, act)


def start(
    case: Case, kind: ClockKind, limit: Span | None, unit: str, since: datetime | None = None
) -> None:
    """Start a clock at an instant, the present one by default; a limit that is not set has none."""
    if limit is None:
        return
    since = since or case.at
    deadline = case.city.time.deadline(since, limit)
    case.picture.clocks.append(
        RunningClock(
            ticket_id=case.picture.ticket.id,
            kind=kind,
            unit=unit,
            limit=str(limit),
            started_at=since,
            first_due_at=deadline.at,
            due_at=deadline.at,
            provisional=deadline.provisional,
            edition=case.city.time.workdays.edition(),
            added=[],
        )
    )


def stop(clocks: Iterable[RunningClock], at: datetime, by: Act | str) -> None:
    """Stop clocks that run; the stopped ones keep their instant."""
    for clock in clocks:
        if clock.stopped_at is None:
            clock.stopped_at, clock.stopped_by = at, by
            clock.next_card = clock.alert_at = None


def halved(limit: Span | None) -> Span | None:
    """Return half a limit, rounded up to whole units: what a redo gets."""
    return Span((limit.amount + 1) // 2, limit.unit) if limit else None


def resume(case: Case, clock: RunningClock, paused: datetime) -> None:
    """Let a clock run on: as much time is left as when it was paused."""
    limit = read_span(clock.limit)
    clock.promise(case.city.time.after_pause(clock.due_at, paused, case.at, limit))
    clock.paused_at = None
    days = case.city.time.days_passed(paused, case.at)
    if days and not limit.natural:
        clock.added = [*clock.added, str(Span(days, Unit.WORKDAYS))]


def _runs_on(case: Case, act: Act) -> None:
    """A call's ticket has its dispatch clock from the end of the talk, known once it has a type."""
    if act is Act.SUBMIT and case.picture.clock(ClockKind.DISPATCH) is None:
        since = case.picture.ticket.call_ended_at or case.picture.ticket.new_at
        start(case, ClockKind.DISPATCH, case.limits.dispatch, CENTER, since)


def _dispatch_starts(case: Case, act: Act) -> None:
    stop(case.picture.running(), case.at, act)
    start(case, ClockKind.DISPATCH, case.limits.dispatch, CENTER)


def _handling_starts(case: Case, act: Act) -> None:
    stop(case.picture.running(), case.at, act)
    if act is Act.HANDLE_HERE:
        start(case, ClockKind.HANDLE, case.limits.handle, CENTER)
        return
    lead = case.lead or CENTER
    for kind in _FROM_DISPATCH:
        start(case, kind, _limit(case, kind), lead)


def _half_starts(case: Case, act: Act) -> None:
    stop(case.picture.running(), case.at, act)
    start(case, ClockKind.HANDLE, halved(case.limits.handle), case.lead or CENTER)


def _limit(case: Case, kind: ClockKind) -> Span | None:
    span = _spans(case.limits)[kind]
    if kind is not ClockKind.HANDLE:
        return span
    span = _by_route(case, span)
    return halved(span) if case.picture.matter.redos else span


def _by_route(case: Case, span: Span | None) -> Span | None:
    """Take the limit of the route by which the lead has the ticket; urgency still tightens it."""
    matter = case.picture.matter
    route = case.city.routes.resolve(
        routes.Matter(matter.category, matter.area, matter.enterprise, case.at)
    )
    if not isinstance(route, Route) or route.handle is None or route.lead != case.lead:
        return span
    usual = matter.urgency in (None, Urgency.NORMAL)
    return route.handle if usual else stricter(route.handle, span)


def _spans(limits: Limits) -> Mapping[ClockKind, Span | None]:
    return {
        ClockKind.SIGN: limits.sign,
        ClockKind.FIRST_CONTACT: limits.first_contact,
        ClockKind.FIRST_REPLY: limits.first_reply,
        ClockKind.ON_SITE: limits.on_site,
        ClockKind.HANDLE: limits.handle,
    }


def _signing_ends(case: Case, act: Act) -> None:
    stop(_running(case.picture, ClockKind.SIGN), case.at, act)


def _due_moves(case: Case, act: Act) -> None:
    del act
    wish = case.facts.extension
    for clock in _running(case.picture, ClockKind.HANDLE):
        if wish is not None:
            clock.promise(case.city.time.extended(clock.due_at, wish))
            clock.added = [*clock.added, str(wish)]


def _pauses(case: Case, act: Act) -> None:
    del act
    for clock in case.picture.running():
        clock.paused_at = clock.paused_at or case.at


def _resumes(case: Case, act: Act) -> None:
    if act is Act.UNMERGE:
        _run_again(case, Act.MERGE)
        return
    for clock in case.picture.running():
        if clock.paused_at is not None:
            resume(case, clock, clock.paused_at)


def _stops_if_accepted(case: Case, act: Act) -> None:
    stop(case.picture.running(), case.at, act)


def _never_stopped(case: Case, act: Act) -> None:
    """The time a poor answer waited for its judge counts as the unit's own."""
    del act
    _run_again(case, Act.FEED_BACK)


def _run_again(case: Case, stopped_by: Act) -> None:
    """Take back the stop that a move made, of those clocks only that it stopped last."""
    stopped = [clock for clock in case.picture.clocks if clock.stopped_by == stopped_by]
    last = max((clock.stopped_at for clock in stopped if clock.stopped_at), default=None)
    for clock in stopped:
        if clock.stopped_at == last:
            clock.stopped_at = clock.stopped_by = None


def _follow_up_starts(case: Case, act: Act) -> None:
    stop(case.picture.running(), case.at, act)
    start(case, ClockKind.FOLLOW_UP, FOLLOW_UP_LIMIT, "follow-up")


def _stops(case: Case, act: Act) -> None:
    stop(case.picture.running(), case.at, act)


def _running(picture: Picture, kind: ClockKind) -> list[RunningClock]:
    return [clock for clock in picture.running() if clock.kind is kind]


_EFFECTS: Mapping[Clock, Callable[[Case, Act], None]] = {
    Clock.RUNS_ON: _runs_on,
    Clock.DISPATCH_STARTS: _dispatch_starts,
    Clock.HANDLING_STARTS: _handling_starts,
    Clock.HALF_STARTS: _half_starts,
    Clock.SIGNING_ENDS: _signing_ends,
    Clock.DUE_MOVES: _due_moves,
    Clock.PAUSES: _pauses,
    Clock.RESUMES: _resumes,
    Clock.STOPS_IF_ACCEPTED: _stops_if_accepted,
    Clock.NEVER_STOPPED: _never_stopped,
    Clock.FOLLOW_UP_STARTS: _follow_up_starts,
    # The main ticket takes the earlier promise by the effect of the merge; these clocks stop.
    Clock.EARLIEST: _stops,
    Clock.STOPS: _stops,
}
