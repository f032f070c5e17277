"""The roles of the hotline, and the one table of what each may do.

A permission opens an action; which ticket, seat or unit it is for is judged where the action is
done (`tickets.life.looking` for tickets, `api.agents` for seats).
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody works as; each person has one."""

    AGENT = "agent"
    SENIOR = "senior"
    SHIFT_LEADER = "shift-leader"
    REVIEWER = "reviewer"
    FOLLOW_UP = "follow-up"
    QUALITY = "quality"
    UNIT_CLERK = "unit-clerk"
    UNIT_HEAD = "unit-head"
    TASK_FORCE = "task-force"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def on_the_door(self) -> str:
        """Return the role's name in the city's language."""
        return _TITLES[self]

    @property
    def of_a_unit(self) -> bool:
        """Whether the person works for one unit and sees what that unit was given."""
        return self in UNITS

    @property
    def at_a_seat(self) -> bool:
        """Whether the person answers calls at a seat."""
        return self in SEATS


_TITLES = {
    Role.AGENT: "受理员",
    Role.SENIOR: "专席",
    Role.SHIFT_LEADER: "班长",
    Role.REVIEWER: "审核派单员",
    Role.FOLLOW_UP: "回访员",
    Role.QUALITY: "质检员",
    Role.UNIT_CLERK: "单位承办员",
    Role.UNIT_HEAD: "单位负责人",
    Role.TASK_FORCE: "专班",
    Role.LEADER: "领导",
    Role.ADMIN: "系统管理员",
    Role.AUDITOR: "审计员",
}


class Permission(StrEnum):
    """An action that not everybody may do."""

    ENTER = "enter"
    WATCH_LIVE = "watch-live"
    READ_CALLS = "read-calls"
    READ_TICKETS = "read-tickets"
    OPEN_TICKET = "open-ticket"
    TAKE_IN = "take-in"
    WRITE_TICKET = "write-ticket"
    MOVE_TICKET = "move-ticket"
    HANDLE_TASK = "handle-task"
    CALL_AFTER = "call-after"
    REVEAL_NUMBER = "reveal-number"
    LISTEN = "listen"
    USE_SEAT = "use-seat"
    FORCE_STATE = "force-state"
    RING_BACK = "ring-back"
    ANNOUNCE = "announce"
    READ_REPORTS = "read-reports"
    READ_ASSESSMENT = "read-assessment"
    ASSESS = "assess"
    APPEAL = "appeal"
    EXPORT = "export"
    PLAN_STAFF = "plan-staff"
    READ_FLOWS = "read-flows"
    CHANGE_FLOWS = "change-flows"
    CHANGE_PROMPTS = "change-prompts"
    EXCHANGE = "exchange"
    MANAGE_PEOPLE = "manage-people"
    READ_AUDIT_LOG = "read-audit-log"


SEATS = frozenset({Role.AGENT, Role.SENIOR, Role.SHIFT_LEADER})
UNITS = frozenset({Role.UNIT_CLERK, Role.UNIT_HEAD, Role.TASK_FORCE})
_DESKS = frozenset({Role.REVIEWER, Role.FOLLOW_UP})
_OVERSIGHT = frozenset({Role.QUALITY, Role.AUDITOR})
_CENTRE = SEATS | _DESKS | _OVERSIGHT

MAY: dict[Permission, frozenset[Role]] = {
    Permission.ENTER: frozenset(Role),
    Permission.WATCH_LIVE: _CENTRE | {Role.LEADER, Role.ADMIN},
    Permission.READ_CALLS: _CENTRE,
    Permission.READ_TICKETS: _CENTRE | {Role.LEADER},
    Permission.OPEN_TICKET: _CENTRE | UNITS | {Role.LEADER},
    Permission.TAKE_IN: SEATS | {Role.REVIEWER},
    Permission.WRITE_TICKET: SEATS | {Role.REVIEWER},
    Permission.MOVE_TICKET: SEATS | _DESKS | UNITS | {Role.LEADER},
    Permission.HANDLE_TASK: UNITS,
    Permission.CALL_AFTER: frozenset({Role.FOLLOW_UP}),
    Permission.REVEAL_NUMBER: SEATS | _DESKS | UNITS,
    Permission.LISTEN: _OVERSIGHT | {Role.SHIFT_LEADER},
    Permission.USE_SEAT: SEATS,
    Permission.FORCE_STATE: frozenset({Role.SHIFT_LEADER}),
    Permission.RING_BACK: SEATS | {Role.FOLLOW_UP, Role.LEADER},
    Permission.ANNOUNCE: frozenset({Role.SHIFT_LEADER, Role.ADMIN}),
    Permission.READ_REPORTS: _DESKS | _OVERSIGHT | {Role.SHIFT_LEADER, Role.LEADER, Role.ADMIN},
    Permission.READ_ASSESSMENT: _OVERSIGHT | UNITS | {Role.LEADER, Role.ADMIN},
    Permission.ASSESS: frozenset({Role.LEADER}),
    Permission.APPEAL: frozenset({Role.UNIT_HEAD}),
    Permission.EXPORT: _OVERSIGHT | {Role.SHIFT_LEADER, Role.LEADER},
    Permission.PLAN_STAFF: frozenset({Role.SHIFT_LEADER, Role.LEADER, Role.ADMIN}),
    Permission.READ_FLOWS: _OVERSIGHT | {Role.SHIFT_LEADER, Role.ADMIN},
    Permission.CHANGE_FLOWS: frozenset({Role.ADMIN}),
    Permission.CHANGE_PROMPTS: frozenset({Role.ADMIN}),
    Permission.EXCHANGE: frozenset({Role.REVIEWER, Role.ADMIN}),
    Permission.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
    Permission.READ_AUDIT_LOG: frozenset({Role.AUDITOR}),
}


def permissions_of(role: Role) -> list[Permission]:
    """Return what a role may do, in the order of the table."""
    return [permission for permission, roles in MAY.items() if role in roles]
