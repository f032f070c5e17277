"""Errors as problem+json (RFC 9457): a stable type, a sentence, no trace of our insides."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from api.live_hub import TooManyListeners
from api.security import HEADERS
from api.throttle import TooOften
from core.errors import HotlineError
from exchange.inward import Unreadable
from exchange.peers import UnknownPeer
from exchange.signing import BadSignature
from foresight.plan import DayTooFar, NoSuchInterval
from foresight.sizing import GoalBeyondReach
from ivr.incidents import BadAnnouncement
from ivr.life import errors as flows
from ivr.preview import UnknownLine
from ivr.round_trip import CannotEdit
from ivr.store import UnknownFlow
from oversight.auditing import NotAudited
from people.errors import BadSignIn, CodeNeeded, LockedOut, WeakPassword
from queues.breaks import UnknownBreakError
from queues.callbacks.orders import LedgerBehind, NotAbandoned
from queues.outbound.placing import NotDialable
from recordings.prompt_changes import CannotSay, UnknownPrompt
from recordings.takes import BadTake
from recordings.versions import NoSuchVersion
from reports.answer_rate import EmptyPeriod, UnknownSelection
from reports.spans import BadSpan
from reports.ticket_tally import UnknownTicketSelection
from telephony.ami import AmiDown
from tickets.cards.service import NotTheirCard, UnknownCard
from tickets.citizens.pictures import BadPicture
from tickets.citizens.service import NoSuchMatter
from tickets.finding.exports import BadExport
from tickets.finding.repository import TooBroad
from tickets.finding.search import NotYourSearch
from tickets.finding.views import BadView, UnknownView
from tickets.finding.words import BadSearch
from tickets.followup.answering import UnknownLink, WrongCode
from tickets.followup.service import UnfitAnswers
from tickets.incidents.service import UnknownIncident
from tickets.life.drafts import BadMatter
from tickets.life.looking import NotForYou, NumberKeptSecret
from tickets.life.moves import ChangedMeanwhile, UnknownTicket
from tickets.limits import UnknownType
from tickets.states import NotTheirMove
from tickets.suggesting.model import BadModel
from transfers.emergency import NoEmergencyLine
from transfers.partners import UnknownPartner
from transfers.service import NoCall

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong; `type` is stable and for programs, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class NotFound(HotlineError):
    """There is nothing at this address."""

    slug = "not-found"


class BadCursor(HotlineError):
    """A cursor that we did not write."""

    slug = "bad-cursor"

    def __init__(self, cursor: str) -> None:
        super().__init__(f"{cursor!r} is no cursor. Use `next` of the page before, unchanged.")


class Unauthorized(HotlineError):
    """A program with a wrong API key."""

    slug = "unauthorized"

    def __init__(self) -> None:
        super().__init__(
            "Programs need the API key: header Authorization: Bearer, then `api` of secrets.toml."
        )


class SignInNeeded(HotlineError):
    """Nobody is signed in, or not any more."""

    slug = "sign-in-needed"
    chinese = "请先登录；如果刚才已登录，则登录已过期。"

    def __init__(self) -> None:
        super().__init__("Sign in first. If you were signed in, your session has ended.")


class ForeignPage(HotlineError):
    """A change that does not come from a page of ours that the person has open."""

    slug = "foreign-page"
    chinese = "页面已失效，请刷新后重试。"

    def __init__(self) -> None:
        super().__init__("This page is out of date. Reload it and try again.")


class NotPermitted(HotlineError):
    """The role of whoever is signed in does not open this."""

    slug = "not-permitted"

    def __init__(self, title: str) -> None:
        super().__init__(f"Your role ({title}) does not open this. Ask your administrator.")
        self.chinese = f"您的角色（{title}）无权进行此操作，如有需要请联系系统管理员。"


class Refused(HotlineError):
    """A request that cannot be carried out as it is written."""

    slug = "refused"


_STATUS: dict[type[HotlineError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    UnknownLine: HTTPStatus.NOT_FOUND,
    UnknownIncident: HTTPStatus.NOT_FOUND,
    BadAnnouncement: HTTPStatus.BAD_REQUEST,
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    SignInNeeded: HTTPStatus.UNAUTHORIZED,
    BadSignIn: HTTPStatus.UNAUTHORIZED,
    CodeNeeded: HTTPStatus.UNAUTHORIZED,
    LockedOut: HTTPStatus.TOO_MANY_REQUESTS,
    ForeignPage: HTTPStatus.FORBIDDEN,
    NotPermitted: HTTPStatus.FORBIDDEN,
    WeakPassword: HTTPStatus.BAD_REQUEST,
    BadSignature: HTTPStatus.UNAUTHORIZED,
    UnknownPeer: HTTPStatus.NOT_FOUND,
    Unreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownTicket: HTTPStatus.NOT_FOUND,
    NotForYou: HTTPStatus.FORBIDDEN,
    NumberKeptSecret: HTTPStatus.FORBIDDEN,
    NotTheirMove: HTTPStatus.FORBIDDEN,
    NotTheirCard: HTTPStatus.FORBIDDEN,
    UnknownCard: HTTPStatus.NOT_FOUND,
    ChangedMeanwhile: HTTPStatus.PRECONDITION_FAILED,
    BadMatter: HTTPStatus.BAD_REQUEST,
    UnfitAnswers: HTTPStatus.BAD_REQUEST,
    BadSearch: HTTPStatus.BAD_REQUEST,
    BadView: HTTPStatus.BAD_REQUEST,
    BadExport: HTTPStatus.BAD_REQUEST,
    UnknownView: HTTPStatus.NOT_FOUND,
    NotYourSearch: HTTPStatus.FORBIDDEN,
    BadModel: HTTPStatus.SERVICE_UNAVAILABLE,
    TooBroad: HTTPStatus.SERVICE_UNAVAILABLE,
    NotDialable: HTTPStatus.BAD_REQUEST,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    NoSuchMatter: HTTPStatus.NOT_FOUND,
    UnknownLink: HTTPStatus.NOT_FOUND,
    WrongCode: HTTPStatus.FORBIDDEN,
    BadPicture: HTTPStatus.BAD_REQUEST,
    UnknownType: HTTPStatus.BAD_REQUEST,
    Refused: HTTPStatus.BAD_REQUEST,
    BadCursor: HTTPStatus.BAD_REQUEST,
    EmptyPeriod: HTTPStatus.BAD_REQUEST,
    UnknownSelection: HTTPStatus.BAD_REQUEST,
    UnknownTicketSelection: HTTPStatus.BAD_REQUEST,
    BadSpan: HTTPStatus.BAD_REQUEST,
    NotAudited: HTTPStatus.NOT_FOUND,
    DayTooFar: HTTPStatus.BAD_REQUEST,
    NoSuchInterval: HTTPStatus.BAD_REQUEST,
    GoalBeyondReach: HTTPStatus.BAD_REQUEST,
    TooManyListeners: HTTPStatus.SERVICE_UNAVAILABLE,
    BadTake: HTTPStatus.BAD_REQUEST,
    CannotSay: HTTPStatus.BAD_REQUEST,
    NoSuchVersion: HTTPStatus.NOT_FOUND,
    UnknownPrompt: HTTPStatus.NOT_FOUND,
    UnknownBreakError: HTTPStatus.BAD_REQUEST,
    NotAbandoned: HTTPStatus.NOT_FOUND,
    LedgerBehind: HTTPStatus.SERVICE_UNAVAILABLE,
    UnknownPartner: HTTPStatus.NOT_FOUND,
    NoCall: HTTPStatus.NOT_FOUND,
    NoEmergencyLine: HTTPStatus.BAD_REQUEST,
    AmiDown: HTTPStatus.SERVICE_UNAVAILABLE,
    UnknownFlow: HTTPStatus.NOT_FOUND,
    flows.UnknownVersion: HTTPStatus.NOT_FOUND,
    flows.UnknownAlias: HTTPStatus.NOT_FOUND,
    flows.UnknownDraft: HTTPStatus.NOT_FOUND,
    flows.BadText: HTTPStatus.BAD_REQUEST,
    flows.BadShare: HTTPStatus.BAD_REQUEST,
    flows.RevisionChanged: HTTPStatus.PRECONDITION_FAILED,
    flows.RedFlow: HTTPStatus.UNPROCESSABLE_ENTITY,
    flows.BrokenPromise: HTTPStatus.UNPROCESSABLE_ENTITY,
    CannotEdit: HTTPStatus.BAD_REQUEST,
}


def install(app: FastAPI) -> None:
    """Let every error of this app leave as a problem."""
    app.add_exception_handler(HotlineError, _known_fact)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)
    app.add_exception_handler(Exception, _our_fault)


def problem(
    status: HTTPStatus, slug: str, detail: str, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """Write one problem."""
    body = Problem(
        type=f"urn:hotline:{slug}",
        title=status.phrase,
        status=status.value,
        detail=detail,
        errors=errors,
    )
    return JSONResponse(body.model_dump(exclude_none=True), status, media_type=MEDIA_TYPE)


async def _known_fact(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HotlineError)  # noqa: S101 - as registered above
    status = _STATUS.get(type(error), HTTPStatus.CONFLICT)
    chinese = request.headers.get("Accept-Language", "").strip().lower().startswith("zh")
    answer = problem(status, error.slug, error.chinese if chinese and error.chinese else str(error))
    if isinstance(error, LockedOut | TooOften):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def _of_the_framework(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered above
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.name.lower().replace("_", "-"), str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered above
    # Names and rules only: what was sent may be a number that nobody should see again.
    faults = [
        {"field": ".".join(map(str, fault["loc"])), "message": str(fault["msg"])}
        for fault in error.errors()
    ]
    detail = "The request is malformed: see `errors`."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "malformed-request", detail, faults)


async def _database_away(_: Request, error: Exception) -> JSONResponse:
    log.warning("database away", error=str(error).splitlines()[0])
    detail = "The database cannot be reached. Calls go on meanwhile; try again in a minute."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "database-away", detail)


async def _our_fault(request: Request, error: Exception) -> JSONResponse:
    log.error("request failed", path=request.url.path, exc_info=error)
    detail = "Something is wrong on our side. The log of the api process says what."
    answer = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "our-fault", detail)
    # This answer leaves outside of every middleware.
    answer.headers.update(HEADERS)
    return answer
