"""From what an admin tunes (config/) to what the switch reads: prompts, dialplan, survival kit."""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from asterisk_conf.render import AgentView, BreakView, Plan, QueueView, StepView, render
from core.settings import Settings
from ivr.catalogue import (
    greetings,
    music_classes,
    queue_keys,
)
from ivr.flow import Flow
from ivr.lines import load_lines
from ivr.timetable_file import load_timetable
from queues.agents import load_agents
from queues.breaks import load_breaks
from queues.definitions import Queue, load_queues, same_agent_queue
from recordings.build import build_all
from recordings.standing import standings
from stack.account import give
from stack.progress import Progress
from stack.switch import Switch


def configure(
    settings: Settings, switch: Switch, flows: Iterable[Flow], progress: Progress
) -> list[str]:
    """Build prompts and render Asterisk's files for these flows. Returns the names of files that
    changed. Raises ConfigError naming file, line and mend; then nothing has been replaced."""
    flows = tuple(flows)
    lines = load_lines(settings)
    load_timetable(settings)  # what is wrong is said now, not at a caller's cost
    queues = load_queues(settings)
    agents = load_agents(settings, queues)
    greeted = greetings(flows)
    keys = queue_keys(flows)
    plan = Plan(
        lines=lines.lines,
        partners=lines.partners,
        queues=[_view(queue, keys.get(queue.name, set())) for queue in queues],
        same_queue=_view(same_agent_queue(queues[0]), ()),
        agents=[
            AgentView(a.number, settings.secrets.sip_password(a.number), a.memberships)
            for a in agents
        ],
        prompts=[(one.record.slot, key) for key, one in standings(settings).items()],
        breaks=[BreakView(b.key, b.name, b.title) for b in load_breaks(settings)],
        music_classes=music_classes(greeted),
    )  # fmt: skip
    with _alone(settings):
        with progress.working("Making the prompts") as work:
            built = build_all(
                settings, greeted, lambda done, total: work.note(f"{done} of {total}")
            )
        changed = render(settings, plan, switch.modules, switch.data, switch.samples)
        _share(settings)
    for path in built.strays:
        progress.fact("Nobody hears", f"{path}: its name fits no prompt")
    for key in built.lost:
        progress.fact("Recording lost", f"{key}: its text is spoken instead")
    progress.fact("Configuration", f"{len(changed)} files changed" if changed else "unchanged")
    return changed


def _view(queue: Queue, keys: Iterable[str]) -> QueueView:
    return QueueView(
        name=queue.name,
        strategy=queue.strategy,
        ring_timeout=queue.ring_timeout,
        wrap_up=queue.wrap_up,
        wrap_up_limit=queue.wrap_up_limit,
        max_waiting=queue.max_waiting,
        weight=queue.weight,
        relax=[StepView(step.after, step.penalty) for step in queue.relax],
        overflow_to=queue.overflow.queue if queue.overflow else "",
        overflow_after=queue.overflow.after if queue.overflow else 0,
        keys=sorted(keys),
    )


def _share(settings: Settings) -> None:
    """Let our own processes put new sounds into service, whoever made these."""
    folders = [path for path in settings.sounds_dir.rglob("*") if path.is_dir()]
    for folder in (settings.sounds_dir, *folders):
        give(folder)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """`up` and the publisher write the same files; one waits for the other."""
    with (settings.run_dir / "configure.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
