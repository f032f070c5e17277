"""Who does it: every request that changes something names a person.

Until people sign in, such a request carries the API key of this home (`api` in secrets.toml, for
programs of this machine) and the name of the person they act for. A web page cannot send either
across origins, so there is nothing to forge.
"""

import re
import secrets
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header

from api.errors import Refused, Unauthorized
from api.resources import Open

_NAME = re.compile(r"[\w.@-][\w .@-]{0,63}")


async def _actor(
    opened: Open,
    authorization: Annotated[str, Header(description="Bearer and the API key.")] = "",
    hotline_actor: Annotated[
        str, Header(description="Who acts: a name or number, percent-encoded UTF-8.")
    ] = "",
) -> str:
    key = authorization.removeprefix("Bearer ")
    if not secrets.compare_digest(key.encode(), opened.settings.secrets.api.encode()):
        raise Unauthorized()
    name = unquote(hotline_actor)
    if not _NAME.fullmatch(name):
        raise Refused("Say who acts: header Hotline-Actor, 1 to 64 letters or digits.")
    return name


Actor = Annotated[str, Depends(_actor)]
