"""Pictures of citizens' matters: sent in without signing in, looked at by those who may."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse

from api.citizen import Counting
from api.errors import NotFound, Refused
from api.fields import Answer, Instant
from api.matters import Number
from api.persons import By
from api.resources import Open, Session
from api.throttle import Rule, address_of
from tickets.citizens import album
from tickets.citizens.pictures import LARGEST
from tickets.life.looking import read

router = APIRouter(prefix="/api", tags=["citizens"])

_HOUR = 3600
FROM_ONE = Rule("pictures-from", 40, _HOUR)
ALTOGETHER = Rule("pictures", 2_000, _HOUR)
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{8,40}$")]


class LoosePictureAnswer(Answer):
    """A picture that a matter may name within a day."""

    token: str
    mime: str
    size: int


class PictureAnswer(LoosePictureAnswer):
    """A picture of a matter."""

    sha256: str
    attached_at: Instant


@router.post("/citizen/pictures", status_code=201)
async def upload(
    request: Request, opened: Open, session: Session, counting: Counting
) -> LoosePictureAnswer:
    """Take one JPEG or PNG as the body; what a camera tells beside the picture is not kept."""
    await counting.take(FROM_ONE, address_of(request))
    await counting.take(ALTOGETHER, "everybody")
    raw = await _body(request)
    async with session.begin():
        kept = await album.keep(session, opened.settings.uploads_dir, raw)
    return LoosePictureAnswer.model_validate(kept)


@router.get("/tickets/{number}/pictures")
async def list_pictures(session: Session, number: Number, person: By) -> list[PictureAnswer]:
    """List the pictures of a ticket, for those who may read it."""
    picture = await read(session, number, person)
    found = await album.pictures_of(session, picture.ticket.id)
    return [PictureAnswer.model_validate(one) for one in found]


@router.get("/tickets/{number}/pictures/{token}")
async def show(
    opened: Open, session: Session, number: Number, person: By, token: Token
) -> FileResponse:
    """Show one picture of a ticket."""
    picture = await read(session, number, person)
    for one in await album.pictures_of(session, picture.ticket.id):
        if one.token == token:
            return FileResponse(opened.settings.uploads_dir / one.path, media_type=one.mime)
    raise NotFound(f"{number} has no such picture.")


async def _body(request: Request) -> bytes:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            raise Refused(f"A picture has at most {LARGEST // 1024 // 1024} MiB.")
    return raw
