"""How versions, aliases and drafts are shown: rows for people, plain objects for programs."""

from typing import Any

from core.clock import local
from ivr.models import FlowAliasMove, FlowDraft, FlowDraftEvent, FlowVersion
from ivr.published import shown_caller


def version_json(version: FlowVersion) -> dict[str, Any]:
    """Return a version for programs, without its text."""
    return {
        "flow": version.flow,
        "number": version.number,
        "version": version.version,
        "author": version.author,
        "reason": version.reason,
        "draft": version.draft_id,
        "at": local(version.at).isoformat(),
    }


def move_json(move: FlowAliasMove) -> dict[str, Any]:
    """Return where an alias stands, and by whom."""
    return {
        "alias": move.alias,
        "step": move.step,
        "kind": move.kind.value,
        "flow": move.flow,
        "number": move.number,
        "candidate": candidate_of(move) or None,
        "percent": move.percent,
        "callers": [shown_caller(one) for one in move.callers],
        "actor": move.actor,
        "reason": move.reason,
        "at": local(move.at).isoformat(),
    }


def draft_json(draft: FlowDraft) -> dict[str, Any]:
    """Return a draft for programs, without its text."""
    return {
        "draft": draft.id,
        "flow": draft.flow,
        "base": draft.base,
        "revision": draft.revision,
        "state": draft.state.value,
        "author": draft.author,
        "reason": draft.reason,
        "at": local(draft.changed_at).isoformat(),
    }


def event_json(event: FlowDraftEvent) -> dict[str, Any]:
    """Return one act upon a draft for programs."""
    return {
        "revision": event.revision,
        "act": event.act.value,
        "state": event.state.value,
        "actor": event.actor,
        "reason": event.reason,
        "at": local(event.at).isoformat(),
    }


def candidate_of(move: FlowAliasMove) -> str:
    """Return the candidate as people name it, "" when there is none."""
    return f"{move.candidate_flow}@{move.candidate_number}" if move.candidate_flow else ""


def share_of(move: FlowAliasMove) -> str:
    """Say whose calls the candidate gets."""
    if not move.candidate_flow:
        return ""
    who = [f"{move.percent} %"] if move.percent else []
    who += [shown_caller(one) for one in move.callers[:3]]
    more = [f"and {len(move.callers) - 3} more"] if len(move.callers) > 3 else []
    return f"{candidate_of(move)} for {', '.join(who + more)}"
