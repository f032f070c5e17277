"""As whom somebody works on tickets: the role, and the unit of those who act for one."""

from typing import Annotated

from fastapi import Depends, Header

from api.acting import Actor as ActorName
from api.errors import Refused
from api.resources import Open
from tickets.acts import Actor
from tickets.city import City, city_of
from tickets.life.facts import Person

_BY_PEOPLE = frozenset(Actor) - {Actor.LEDGER, Actor.RULE}


def _city(opened: Open) -> City:
    return city_of(opened.settings.config_dir)


TheCity = Annotated[City, Depends(_city)]


def _person(
    name: ActorName,
    hotline_role: Annotated[Actor, Header(description="The role in which they act.")],
    hotline_unit: Annotated[str | None, Header(description="The unit they act for.")] = None,
) -> Person:
    if hotline_role not in _BY_PEOPLE:
        raise Refused(f"Nobody acts as {hotline_role} from outside.")
    if (hotline_role is Actor.UNIT) != (hotline_unit is not None):
        raise Refused("Somebody of a unit says which, and nobody else does: Hotline-Unit.")
    return Person(name, hotline_role, hotline_unit)


By = Annotated[Person, Depends(_person)]
