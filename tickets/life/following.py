"""What a merge and its undoing do to the citizens and to the promises they were given."""

from datetime import datetime

from tickets.city import City
from tickets.durations import read_span
from tickets.life.models import Follower, RunningClock
from tickets.life.picture import Picture


def follow(merged: Picture, main: Picture, at: datetime) -> None:
    """Let the citizen of a merged ticket, and those who followed it, follow the main one.

    The main ticket takes the earliest promise of each clock that both run.
    """
    promises = {clock.kind.value: clock.due_at.isoformat() for clock in merged.running()}
    for follower in merged.followers:
        follower.main_id, follower.via_id = main.ticket.id, merged.ticket.id
    main.followers += merged.followers
    merged.followers = []
    main.followers.append(
        Follower(
            main_id=main.ticket.id,
            from_id=merged.ticket.id,
            since_at=at,
            promises=promises,
            reply="",
        )
    )
    _hurry(main)


def part(merged: Picture, main: Picture, city: City, at: datetime) -> None:
    """Undo a merge: whoever came with the ticket leaves with it, and their promises too."""
    leaving = [one for one in main.followers if merged.ticket.id in (one.from_id, one.via_id)]
    main.followers = [one for one in main.followers if one not in leaving]
    for follower in leaving:
        if follower.from_id == merged.ticket.id:
            follower.ended_at = at
        else:
            follower.main_id, follower.via_id = merged.ticket.id, None
    merged.followers += leaving
    for clock in main.running():
        _slow_down(clock, city)
    _hurry(main)


def follows(merged: Picture, main: Picture) -> bool:
    """Whether a ticket is merged into this one."""
    return any(follower.from_id == merged.ticket.id for follower in main.followers)


def _hurry(main: Picture) -> None:
    """Give each running clock the earliest of all promises."""
    for clock in main.running():
        theirs = [
            datetime.fromisoformat(follower.promises[clock.kind])
            for follower in main.followers
            if clock.kind in follower.promises
        ]
        earliest = min(theirs, default=clock.due_at)
        if earliest < clock.due_at:
            clock.hurried_from = clock.hurried_from or clock.due_at
            clock.first_due_at = min(clock.first_due_at, earliest)
            clock.promise(earliest)


def _slow_down(clock: RunningClock, city: City) -> None:
    """Give a clock its own deadline back."""
    if clock.hurried_from is not None:
        first = city.time.deadline(clock.started_at, read_span(clock.limit)).at
        clock.promise(clock.hurried_from)
        clock.first_due_at = min(first, clock.due_at)
        clock.hurried_from = None
