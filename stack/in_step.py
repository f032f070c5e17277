"""Makes the home agree with what is published: the texts of versions first, then what the switch
needs for them, then the one file that calls look at, last the survival kit.

Killed anywhere in between, calls go on with what was published before, and the next round mends.
"""

from collections.abc import Iterable

import structlog

from core.errors import HotlineError
from core.settings import Settings
from ivr.catalogue import greetings, main_alias, queue_keys, survival_essentials
from ivr.flow import Flow
from ivr.life.repository import InUse
from ivr.published import (
    NothingPublished,
    Pinned,
    published_file,
    read_published,
    write_published,
)
from ivr.store import FlowStore, flow_files, flow_store, keep_version
from stack.configure import configure
from stack.health import console
from stack.progress import Silent
from stack.survival_kit import write_essentials
from stack.switch import Switch

log = structlog.get_logger()

RELOADS = (
    "dialplan reload",
    "module reload app_queue.so",
    "module reload res_pjsip.so",
    "module reload res_musiconhold.so",
)


class Home:
    """The files of one home, kept in step by one process at a time."""

    def __init__(self, settings: Settings, switch: Switch) -> None:
        self._settings = settings
        self._switch = switch
        # Compiled once, however often what is published moves on.
        self._store = flow_store(settings)
        # Keys and greetings that the switch knows, as far as this process has seen to it.
        self._prepared: frozenset[object] | None = None
        self._survival_follows = False

    @property
    def move(self) -> int:
        """The last move that is in effect here, -1 when nobody can tell."""
        try:
            return read_published(published_file(self._settings)).move
        except NothingPublished:
            return -1

    def bring_in_step(self, in_use: InUse) -> None:
        """Bring what is published into effect for the next call. Raises HotlineError, OSError;
        then what was in effect before still is."""
        settings = self._settings
        for pinned, text in in_use.texts.items():
            keep_version(settings.home / "flows", pinned.flow, text)
        self._prepare(in_use)
        if self._differs(in_use):
            write_published(published_file(settings), in_use.published)
            self._survival_follows = False
        if not self._survival_follows:
            self._tell_survival(in_use)
            self._survival_follows = True

    def _prepare(self, in_use: InUse) -> None:
        """Let the switch know keys and greetings before a call can need them."""
        flows = usable(self._store, in_use.texts)
        needed = _needs(flows)
        if self._prepared is not None and needed <= self._prepared:
            return
        flows += seeds(self._settings)
        if configure(self._settings, self._switch, flows, Silent()):
            reload_switch(self._settings, self._switch)
        self._prepared = _needs(flows)

    def _tell_survival(self, in_use: InUse) -> None:
        """Let the last resort know the flow behind the hotline's own number."""
        standing = in_use.published.aliases.get(main_alias(self._settings))
        if standing is not None:
            flow = self._store.version(standing.pinned.flow, standing.pinned.version)
            write_essentials(self._settings, survival_essentials(flow, self._settings))

    def _differs(self, in_use: InUse) -> bool:
        try:
            return read_published(published_file(self._settings)) != in_use.published
        except NothingPublished:
            return True


def known_flows(settings: Settings) -> list[Flow]:
    """Return the flows that calls may get, as far as files tell: before the database is up.

    Raises ConfigError for a file that is wrong while its flow was never published.
    """
    store = flow_store(settings)
    found = usable(store, store.published.versions)
    named = {flow.name for flow in found}
    for path in flow_files(settings.config_dir / "flows"):
        try:
            found.append(store.seed(path.stem))
        except HotlineError:
            if path.stem not in named:
                raise
    return found


def usable(store: FlowStore, versions: Iterable[Pinned]) -> list[Flow]:
    """Return the versions that can run. One that cannot (its file is lost, or a newer release of
    ours refuses it) keeps no other from callers; its own calls get the one before."""
    found = []
    for one in versions:
        try:
            found.append(store.version(one.flow, one.version))
        except HotlineError as fault:
            log.error("flow_unusable", flow=str(one), fault=str(fault))
    return found


def seeds(settings: Settings) -> list[Flow]:
    """Return the files of the configuration that are flows; those that are wrong are left out."""
    store, found = flow_store(settings), []
    for path in flow_files(settings.config_dir / "flows"):
        try:
            found.append(store.seed(path.stem))
        except HotlineError as fault:
            log.warning("flow_file_wrong", fault=str(fault))
    return found


def reload_switch(settings: Settings, switch: Switch) -> None:
    """Let Asterisk read its files again; no call in progress is touched."""
    for line in RELOADS:
        console(settings, switch, line)


def _needs(flows: Iterable[Flow]) -> frozenset[object]:
    flows = tuple(flows)
    keys = {(queue, key) for queue, all_keys in queue_keys(flows).items() for key in all_keys}
    return frozenset(greetings(flows)) | frozenset(("key", *one) for one in keys)
