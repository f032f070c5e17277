"""As whom somebody works on tickets: the role, and the unit of those who act for one."""

from typing import Annotated

from fastapi import Depends, Header

from api.acting import Actor as ActorName
from api.acting import Who
from api.errors import Refused
from api.resources import Open
from people.roles import Role
from tickets.acts import Actor
from tickets.city import City, city_of
from tickets.life.facts import Person

_BY_PEOPLE = frozenset(Actor) - {Actor.LEDGER, Actor.RULE}


def _city(opened: Open) -> City:
    return city_of(opened.settings.config_dir)


TheCity = Annotated[City, Depends(_city)]


# As whom a role works on tickets; all others only read, and see no more than a leader.
_ACTS_AS = {
    Role.AGENT: Actor.AGENT,
    Role.SENIOR: Actor.AGENT,
    Role.SHIFT_LEADER: Actor.AGENT,
    Role.REVIEWER: Actor.REVIEWER,
    Role.FOLLOW_UP: Actor.FOLLOW_UP,
    Role.UNIT_CLERK: Actor.UNIT,
    Role.UNIT_HEAD: Actor.UNIT,
    Role.TASK_FORCE: Actor.UNIT,
}


def _person(
    who: Who,
    name: ActorName,
    hotline_role: Annotated[
        Actor | None, Header(description="The role in which a program acts.")
    ] = None,
    hotline_unit: Annotated[str | None, Header(description="The unit it acts for.")] = None,
) -> Person:
    if who.known is not None:
        return Person(name, _ACTS_AS.get(who.known.role, Actor.LEADER), who.known.unit)
    if hotline_role is None:
        raise Refused("Say in which role: header Hotline-Role.")
    if hotline_role not in _BY_PEOPLE:
        raise Refused(f"Nobody acts as {hotline_role} from outside.")
    if (hotline_role is Actor.UNIT) != (hotline_unit is not None):
        raise Refused("Somebody of a unit says which, and nobody else does: Hotline-Unit.")
    return Person(name, hotline_role, hotline_unit)


By = Annotated[Person, Depends(_person)]
