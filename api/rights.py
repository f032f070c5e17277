"""Which permission each address needs, in one table; an address that is missing is for programs.

`kept` addresses leave a line in the audit log when they did what was asked. Looks that need a
reason write their own, before anything is shown.
"""

from dataclasses import dataclass

from fastapi import Request

from api.acting import authenticate
from api.errors import NotPermitted
from api.resources import Open
from people.audit_log import What
from people.roles import Permission


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody needs to use an address; None: nobody has to say who they are."""

    permission: Permission | None
    kept: What | None = None


def _kept(permission: Permission, what: What = What.CHANGED) -> Right:
    return Right(permission, what)


RIGHTS: dict[str, Right] = {
    "GET /health": Right(None),
    # The door itself, and doors with a lock of their own.
    "POST /api/session": Right(None),
    "POST /api/exchange/{peer}/orders": Right(None),
    "GET /api/session": Right(Permission.ENTER),
    "DELETE /api/session": Right(Permission.ENTER),
    "PUT /api/session/password": Right(Permission.ENTER),
    "POST /api/session/totp": Right(Permission.ENTER),
    "PUT /api/session/totp": Right(Permission.ENTER),
    "DELETE /api/session/totp": Right(Permission.ENTER),
    "GET /api/people": Right(Permission.MANAGE_PEOPLE),
    "GET /api/audit-log": Right(Permission.READ_AUDIT_LOG),
    # The present moment.
    "GET /api/live": Right(Permission.WATCH_LIVE),
    "GET /api/live/definitions": Right(Permission.WATCH_LIVE),
    "GET /api/live/events": Right(Permission.WATCH_LIVE),
    "GET /api/live/half-hours": Right(Permission.WATCH_LIVE),
    "GET /api/live/lines": Right(Permission.WATCH_LIVE),
    "GET /api/queues": Right(Permission.WATCH_LIVE),
    "GET /api/agents": Right(Permission.WATCH_LIVE),
    "GET /api/agents/{number}/changes": Right(Permission.WATCH_LIVE),
    "GET /api/agents/{number}/spells": Right(Permission.WATCH_LIVE),
    "POST /api/agents/{number}/acts": Right(Permission.USE_SEAT),
    "GET /api/agents/{number}/phone": Right(Permission.USE_SEAT),
    "POST /api/agents/{number}/phone": Right(Permission.USE_SEAT),
    "GET /api/desk/calls/{uid}": Right(Permission.USE_SEAT),
    "GET /api/desk/words": Right(Permission.OPEN_TICKET),
    "GET /api/transfer-catalogue": Right(Permission.ENTER),
    "POST /api/hints": Right(Permission.WRITE_TICKET),
    "GET /api/partners": Right(Permission.ENTER),
    "POST /api/transfers": Right(Permission.USE_SEAT),
    "POST /api/transfers/emergency": Right(Permission.USE_SEAT),
    "GET /api/alerts": Right(Permission.FORCE_STATE),
    "POST /api/alerts/{call}/seen": Right(Permission.FORCE_STATE),
    "GET /api/transfers/calls/{call}": Right(Permission.USE_SEAT),
    "POST /api/transfers/calls/{call}/{act}": Right(Permission.USE_SEAT),
    "GET /api/incidents": Right(Permission.WATCH_LIVE),
    "POST /api/incidents": _kept(Permission.ANNOUNCE),
    "POST /api/incidents/{number}/extend": _kept(Permission.ANNOUNCE),
    "POST /api/incidents/{number}/stop": _kept(Permission.ANNOUNCE),
    # Calls and tickets.
    "GET /api/calls": Right(Permission.READ_CALLS),
    "GET /api/calls/{uid}": Right(Permission.READ_CALLS),
    "GET /api/abandoned": Right(Permission.RING_BACK),
    "GET /api/abandoned/tally": Right(Permission.RING_BACK),
    "POST /api/abandoned/next": Right(Permission.RING_BACK),
    "POST /api/abandoned/{uid}/order": Right(Permission.RING_BACK),
    "POST /api/abandoned/{uid}/result": Right(Permission.RING_BACK),
    "GET /api/abandoned/{uid}/attempts": Right(Permission.RING_BACK),
    "GET /api/tickets": Right(Permission.READ_TICKETS),
    "GET /api/tickets/{number}": Right(Permission.READ_TICKETS),
    "POST /api/tickets": Right(Permission.TAKE_IN),
    "GET /api/tickets/{number}/life": Right(Permission.OPEN_TICKET),
    "PATCH /api/tickets/{number}/matter": Right(Permission.WRITE_TICKET),
    "POST /api/tickets/{number}/acts/{act}": Right(Permission.MOVE_TICKET),
    "POST /api/tickets/{number}/notes": Right(Permission.MOVE_TICKET),
    "POST /api/tickets/{number}/contact": Right(Permission.HANDLE_TASK),
    "POST /api/tickets/{number}/reply": Right(Permission.HANDLE_TASK),
    "POST /api/tickets/{number}/reveal": Right(Permission.REVEAL_NUMBER),
    "GET /api/tickets/{number}/cards": Right(Permission.OPEN_TICKET),
    "POST /api/tickets/{number}/cards/{card}/serve": Right(Permission.MOVE_TICKET),
    "POST /api/tickets/{number}/cards/{card}/answer": Right(Permission.HANDLE_TASK),
    "POST /api/tickets/{number}/urge": Right(Permission.MOVE_TICKET),
    "GET /api/tickets/{number}/followers": Right(Permission.OPEN_TICKET),
    "POST /api/tickets/{number}/followers/{merged}/reply": Right(Permission.MOVE_TICKET),
    "POST /api/tickets/{number}/pass-down": Right(Permission.HANDLE_TASK),
    "POST /api/tickets/{number}/call": Right(Permission.REVEAL_NUMBER),
    "GET /api/tickets/{number}/outbound-calls": Right(Permission.OPEN_TICKET),
    "GET /api/tickets/{number}/pictures": Right(Permission.OPEN_TICKET),
    "GET /api/tickets/{number}/pictures/{token}": Right(Permission.OPEN_TICKET),
    "GET /api/due": Right(Permission.OPEN_TICKET),
    "GET /api/cards": Right(Permission.OPEN_TICKET),
    "GET /api/notices": Right(Permission.OPEN_TICKET),
    "POST /api/notices/{notice}/read": Right(Permission.MOVE_TICKET),
    "GET /api/matters": Right(Permission.OPEN_TICKET),
    "POST /api/matters/duplicates": Right(Permission.WRITE_TICKET),
    "POST /api/matters/suggestion": Right(Permission.WRITE_TICKET),
    "GET /api/review-desk": Right(Permission.MOVE_TICKET),
    "GET /api/review-desk/{number}/route": Right(Permission.OPEN_TICKET),
    "POST /api/review-desk/{number}/dispatch": Right(Permission.MOVE_TICKET),
    "GET /api/matters/views": Right(Permission.OPEN_TICKET),
    "PUT /api/matters/views/{name}": Right(Permission.OPEN_TICKET),
    "DELETE /api/matters/views/{name}": Right(Permission.OPEN_TICKET),
    "POST /api/matters/exports": _kept(Permission.EXPORT, What.EXPORTED),
    "GET /api/callbacks": Right(Permission.RING_BACK),
    "GET /api/callbacks/{uid}": Right(Permission.RING_BACK),
    "GET /api/follow-ups": Right(Permission.CALL_AFTER),
    "GET /api/follow-ups/report": Right(Permission.READ_REPORTS),
    "GET /api/follow-ups/report/{behind}": Right(Permission.READ_REPORTS),
    "POST /api/follow-ups/{number}/dial": Right(Permission.CALL_AFTER),
    "GET /api/follow-ups/{number}": Right(Permission.CALL_AFTER),
    "POST /api/follow-ups/{number}/claim": Right(Permission.CALL_AFTER),
    "POST /api/follow-ups/{number}/release": Right(Permission.CALL_AFTER),
    "POST /api/follow-ups/{number}/record": Right(Permission.CALL_AFTER),
    "GET /api/exchange/messages": Right(Permission.EXCHANGE),
    "POST /api/exchange/messages/{identity}/retry": _kept(Permission.EXCHANGE),
    # Figures and plans.
    "GET /api/reports/definitions": Right(Permission.READ_REPORTS),
    "GET /api/reports/answer-rate": Right(Permission.READ_REPORTS),
    "GET /api/reports/answer-rate/calls": Right(Permission.READ_REPORTS),
    "GET /api/reports/rolling-24h": Right(Permission.READ_REPORTS),
    "GET /api/reports/alarms": Right(Permission.READ_REPORTS),
    "GET /api/reports/agents": Right(Permission.READ_REPORTS),
    "GET /api/reports/year-on-year": Right(Permission.READ_REPORTS),
    "GET /api/reports/tickets": Right(Permission.READ_REPORTS),
    "GET /api/reports/tickets/behind": Right(Permission.READ_REPORTS),
    "GET /api/reports/bulletin": Right(Permission.READ_REPORTS),
    "GET /api/reports/visits": Right(Permission.READ_REPORTS),
    "GET /api/reports/half-year": Right(Permission.READ_REPORTS),
    "GET /api/reports/callbacks": Right(Permission.READ_REPORTS),
    "GET /api/reports/repeats": Right(Permission.READ_REPORTS),
    "GET /api/audits/{day}": Right(Permission.READ_REPORTS),
    "GET /api/audits/{day}/defects": Right(Permission.READ_REPORTS),
    "GET /api/assessments/{month}": Right(Permission.READ_ASSESSMENT),
    "POST /api/assessments/{month}/freeze": _kept(Permission.ASSESS),
    "POST /api/assessments/{month}/appeals": _kept(Permission.APPEAL),
    "POST /api/assessments/{month}/appeals/{number}/decision": _kept(Permission.ASSESS),
    "POST /api/assessments/{month}/publication": _kept(Permission.ASSESS),
    "GET /api/staffing/table": Right(Permission.PLAN_STAFF),
    "GET /api/staffing/size": Right(Permission.PLAN_STAFF),
    "GET /api/staffing/plan": Right(Permission.WATCH_LIVE),
    # What callers hear.
    "GET /api/prompts": Right(Permission.READ_FLOWS),
    "GET /api/prompts/{slot}": Right(Permission.READ_FLOWS),
    "GET /api/prompts/{slot}/audio": Right(Permission.READ_FLOWS),
    "GET /api/prompts/{slot}/versions/{number}/audio": Right(Permission.READ_FLOWS),
    "POST /api/prompts/{slot}/text": _kept(Permission.CHANGE_PROMPTS),
    "POST /api/prompts/{slot}/in-service": _kept(Permission.CHANGE_PROMPTS),
    "POST /api/prompts/{slot}/recording": _kept(Permission.CHANGE_PROMPTS),
    "GET /api/lines/{line}/at": Right(Permission.READ_FLOWS),
    "POST /api/replays": Right(Permission.PLAN_STAFF),
    "GET /api/flows": Right(Permission.READ_FLOWS),
    "GET /api/flows/schema": Right(Permission.READ_FLOWS),
    "GET /api/flows/diff": Right(Permission.READ_FLOWS),
    "POST /api/flows/simulate": Right(Permission.READ_FLOWS),
    "GET /api/flows/{flow}/versions": Right(Permission.READ_FLOWS),
    "GET /api/flows/{flow}/versions/{number}": Right(Permission.READ_FLOWS),
    "GET /api/flows/{flow}/versions/{number}/yaml": Right(Permission.READ_FLOWS),
    "GET /api/flows/{flow}/versions/{number}/json": Right(Permission.READ_FLOWS),
    "GET /api/flows/aliases": Right(Permission.READ_FLOWS),
    "GET /api/flows/aliases/{alias}": Right(Permission.READ_FLOWS),
    "GET /api/flows/aliases/{alias}/history": Right(Permission.READ_FLOWS),
    "GET /api/flows/aliases/{alias}/canary": Right(Permission.READ_FLOWS),
    "POST /api/flows/aliases/{alias}/point": _kept(Permission.CHANGE_FLOWS),
    "POST /api/flows/aliases/{alias}/rollback": _kept(Permission.CHANGE_FLOWS),
    "PUT /api/flows/aliases/{alias}/canary": _kept(Permission.CHANGE_FLOWS),
    "POST /api/flows/aliases/{alias}/canary/stop": _kept(Permission.CHANGE_FLOWS),
    "GET /api/flows/drafts": Right(Permission.READ_FLOWS),
    "POST /api/flows/drafts": Right(Permission.CHANGE_FLOWS),
    "GET /api/flows/drafts/{draft_id}": Right(Permission.READ_FLOWS),
    "GET /api/flows/drafts/{draft_id}/story": Right(Permission.READ_FLOWS),
    "GET /api/flows/drafts/{draft_id}/judgement": Right(Permission.READ_FLOWS),
    "PUT /api/flows/drafts/{draft_id}": Right(Permission.CHANGE_FLOWS),
    "PATCH /api/flows/drafts/{draft_id}": Right(Permission.CHANGE_FLOWS),
    "POST /api/flows/drafts/{draft_id}/submit": Right(Permission.CHANGE_FLOWS),
    "POST /api/flows/drafts/{draft_id}/approve": _kept(Permission.CHANGE_FLOWS),
    "POST /api/flows/drafts/{draft_id}/reject": _kept(Permission.CHANGE_FLOWS),
    "POST /api/flows/drafts/{draft_id}/rebase": Right(Permission.CHANGE_FLOWS),
    "POST /api/flows/drafts/{draft_id}/discard": Right(Permission.CHANGE_FLOWS),
    "POST /api/flows/drafts/{draft_id}/publish": _kept(Permission.CHANGE_FLOWS),
}

# Citizens need no sign-in: number and query code are the key there.
OPEN_TO_CITIZENS = "/api/citizen/"


def right_to(method: str, path: str) -> Right | None:
    """Return the right for an address as it is declared; None when nobody named one."""
    if path.startswith(OPEN_TO_CITIZENS):
        return Right(None)
    return RIGHTS.get(f"{method} {path}")


async def guard(request: Request, opened: Open) -> None:
    """Let nobody pass without the permission of the address. Raises NotPermitted."""
    method = "GET" if request.method == "HEAD" else request.method
    right = right_to(method, request.scope["route"].path)
    if right is not None and right.permission is None:
        return
    who = await authenticate(request, opened)
    if who.known and (right is None or not who.may(right.permission or Permission.ENTER)):
        raise NotPermitted(who.known.role.on_the_door)
    request.state.kept = right.kept if right else None
