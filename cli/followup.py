"""`followup`: ask citizens whether it is solved (回访): the work list and what came of it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.outbound import place
from cli.person import By
from cli.reading import moment, read, write
from cli.reports.figures import Since, Until, period
from cli.screen import out, print_json, print_table
from core.clock import utc_now
from core.masking import mask_phone, mask_text
from core.settings import get_settings
from queues.outbound.placing import follow_up_by_person
from reports.follow_up import Behind, list_behind
from tickets.acts import Actor
from tickets.city import City, load_city
from tickets.followup import repository, service
from tickets.followup.models import Attempt, FollowUp
from tickets.followup.repository import Work
from tickets.followup.service import NoFollowUp, Report
from tickets.followup.states import FollowUpState
from tickets.followup.verdict import Answers
from tickets.followup.words import Ending, Mark, Means, Solved
from tickets.life.facts import Person

app = typer.Typer(
    help="Follow-up (回访): ask the citizens whether it is solved.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="The ticket's number.")]
_HEADS = ("ticket", "type", "about", "number", "due", "tries", "state", "with")
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(
    mine: Annotated[str, typer.Option(help="Only what this person has claimed.")] = "",
    ready: Annotated[bool, typer.Option("--ready", help="Only what may be called now.")] = False,
    state: Annotated[list[FollowUpState] | None, typer.Option(help="In these states.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show what is to be done, the earliest due first."""
    now = utc_now()
    work = read(
        lambda session: repository.work_list(
            session,
            limit,
            states=state or (),
            ready_at=now if ready else None,
            claimed_by=mine or None,
        )
    )
    if as_json:
        print_json([_as_dict(one, now) for one in work])
        return
    if not work:
        out.print("Nobody waits to be asked.")
        return
    print_table(_HEADS, [_row(one, now) for one in work])


@app.command()
def behind(
    number: Annotated[Behind, typer.Argument(help="A number of `report follow-up`.")],
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the tickets that a number of the report counted, newest first."""
    days, now = period(since, until), utc_now()
    work = read(lambda session: list_behind(session, days, number, limit))
    if as_json:
        print_json([_as_dict(one, now) for one in work])
        return
    print_table(_HEADS, [_row(one, now) for one in work])


@app.command()
def show(number: Number, as_json: AsJson = False) -> None:
    """Show the newest follow-up of a ticket and every attempt."""
    _print(number.upper(), as_json)


@app.command()
def claim(number: Number, by: By, as_json: AsJson = False) -> None:
    """Put a follow-up on your desk; nobody else can until you put it back."""
    person = _person(by)
    _do(number, lambda session, city: service.claim(session, city, number.upper(), person))
    _print(number.upper(), as_json)


@app.command()
def release(number: Number, by: By, as_json: AsJson = False) -> None:
    """Put a follow-up back on the list."""
    person = _person(by)
    _do(number, lambda session, city: service.release(session, city, number.upper(), person))
    _print(number.upper(), as_json)


@app.command()
def dial(
    number: Number,
    seat: Annotated[str, typer.Option(help="The seat whose phone rings first: 8013.")],
    by: By,
) -> None:
    """Ring your seat, then the citizen; their number is shown on no phone.

    Claim the follow-up before, and record what came of the call afterwards.
    """
    person = _person(by)
    uid = place(
        lambda session, office: follow_up_by_person(session, office, number.upper(), person, seat)
    )
    out.print(f"Seat {seat} rings; the citizen is called when it is picked up ({uid}).")


@app.command()
def record(
    number: Number,
    ending: Annotated[Ending, typer.Argument(help="What came of it.")],
    by: By,
    service_: Annotated[
        int | None, typer.Option("--service", min=1, max=5, help="Ours: 1 very satisfied … 5.")
    ] = None,
    handling: Annotated[
        int | None, typer.Option(min=1, max=5, help="The unit's: 1 very satisfied … 5.")
    ] = None,
    solved: Annotated[Solved | None, typer.Option(help="Is it solved?")] = None,
    reason: Annotated[str, typer.Option(help="The citizen's reason when dissatisfied.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write down what an attempt came to; the ticket is archived or handled again accordingly.

    Examples: record LC… no-answer; record LC… answered --service 1 --handling 2 --solved yes
    """
    said = Answers(_mark(service_), _mark(handling), solved, reason)
    report, person = Report(Means.PERSON, ending, said), _person(by)
    _do(number, lambda session, city: service.record(session, city, number.upper(), person, report))
    _print(number.upper(), as_json)


def _do(number: str, act: Callable[[AsyncSession, City], Awaitable[FollowUp]]) -> None:
    city = load_city(get_settings().config_dir)
    write(lambda session: act(session, city))


def _person(name: str) -> Person:
    return Person(name, Actor.FOLLOW_UP)


def _mark(level: int | None) -> Mark | None:
    return None if level is None else Mark(level)


def _print(number: str, as_json: bool) -> None:
    work, attempts = read(lambda session: _loaded(session, number))
    now = utc_now()
    if as_json:
        print_json(_as_dict(work, now) | {"history": [_tried(one) for one in attempts]})
        return
    one = work.follow_up
    out.print(f"[bold]{number}[/] follow-up is {one.state}{f' ({one.why})' if one.why else ''}")
    for name, value in _facts(one).items():
        out.print(f"{name:>10}  {value}", markup=False)
    print_table(
        ("at", "half-day", "by", "who", "came to", "counts", "reason"),
        [tuple(_tried(attempt).values())[:7] for attempt in attempts],
    )


async def _loaded(session: AsyncSession, number: str) -> tuple[Work, Sequence[Attempt]]:
    found = await repository.newest(session, number)
    if found is None:
        raise NoFollowUp(number)
    return found, await repository.attempts(session, found.follow_up.id)


def _facts(one: FollowUp) -> dict[str, object]:
    told = {
        "due": moment(one.due_at),
        "not before": moment(one.not_before) if one.ended_at is None else "",
        "with": one.claimed_by,
        "service": one.service,
        "handling": one.handling,
        "solved": one.solved,
        "reason": mask_text(one.reason),
        "answered": one.answered_by,
    }
    return {name: value for name, value in told.items() if value}


def _tried(attempt: Attempt) -> dict[str, object]:
    return {
        "at": moment(attempt.at),
        "half_day": attempt.half_day,
        "means": attempt.means,
        "actor": attempt.actor,
        "ending": attempt.ending,
        "counts": "yes" if attempt.counts else "no",
        "reason": mask_text(attempt.reason),
        "call_uid": attempt.call_uid,
    }


def _row(work: Work, now: datetime) -> tuple[object, ...]:
    one = work.follow_up
    late = " LATE" if one.due_at < now and one.ended_at is None else ""
    return (
        work.ticket.number,
        work.matter.type,
        mask_text(work.matter.title),
        mask_phone(work.matter.contact_phone or work.ticket.caller),
        moment(one.due_at) + late,
        one.attempts,
        one.state,
        one.claimed_by,
    )


def _as_dict(work: Work, now: datetime) -> dict[str, object]:
    one = work.follow_up
    return {
        "ticket": work.ticket.number,
        "state": one.state,
        "why": one.why,
        "type": work.matter.type,
        "title": mask_text(work.matter.title),
        "number": mask_phone(work.matter.contact_phone or work.ticket.caller),
        "due_at": one.due_at.isoformat(),
        "late": one.ended_at is None and one.due_at < now,
        "attempts": one.attempts,
        "claimed_by": one.claimed_by,
        "service": one.service,
        "handling": one.handling,
        "solved": one.solved,
        "reason": mask_text(one.reason),
    }
