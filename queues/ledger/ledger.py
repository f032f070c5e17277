"""One step of the ledger: read on, store, fold, open and close tickets, all in one transaction.

Whatever goes wrong, memory is thrown away and the next step begins from what is stored, so a line
is taken exactly once however often we are killed.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import from_epoch, utc_now
from core.settings import Settings
from queues.callbacks.publishing import keep_callbacks
from queues.ledger import agent_repository, repository
from queues.ledger.agent_book import Standing
from queues.ledger.agent_lines import legs_of
from queues.ledger.book import Book, Entry
from queues.ledger.events import Batch, reread, restart_of
from queues.ledger.facts import Rules
from queues.ledger.publishing import News, publish, publish_carefully
from queues.ledger.sources import Position, Source, Taken, look, sources_of
from queues.ledger.story import Restart
from queues.models import Stream
from queues.outbound.publishing import keep_outbound

# Seconds between two signs of life.
HEARTBEAT = 1.0

log = structlog.get_logger()


@dataclass(slots=True)
class Ledger:
    """Reads the files of one node into the database."""

    sessions: async_sessionmaker[AsyncSession]
    sources: Mapping[Stream, Source]
    book: Book
    # Set when the database refused a step: the next one finds out whose fault it was.
    careful: bool = False
    # Calls that the database refuses: uncounted until we begin anew, but all their lines are kept.
    _aside: set[str] = field(default_factory=set)
    _standings: dict[str, Standing] = field(default_factory=dict)
    _restored: bool = False
    _beat: float = 0.0

    @classmethod
    def of(
        cls, settings: Settings, sessions: async_sessionmaker[AsyncSession], quiet: float = 2.0
    ) -> "Ledger":
        """Make the ledger of a home. `quiet` seconds without a line close a rotated file."""
        book = Book(settings.node, Rules.of(settings))
        return cls(sessions, sources_of(settings, quiet), book)

    @property
    def behind(self) -> bool:
        """Whether the last look did not reach the end of all files, as after an outage."""
        return not all(source.at_end for source in self.sources.values())

    async def step(self) -> bool:
        """Take what can be read now; return whether there was anything to do."""
        try:
            if not self._restored:
                await self._restore()
            busy = await self._step()
        except BaseException:
            self._restored = False
            raise
        self.careful = False
        return busy

    async def _step(self) -> bool:
        taken = look(self.sources.values())
        news = [one for one in taken if one.is_news]
        for one in taken:
            if not one.is_news:
                one.accept(one.source.position)
        beats = time.monotonic() - self._beat >= HEARTBEAT
        if news or beats or self._due():
            async with self.sessions.begin() as session:
                silent = await self._silent(session) if beats else []
                await self._store(session, news, silent)
                await self._beat_if(beats, session)
        return bool(news)

    async def _store(
        self, session: AsyncSession, news: Sequence[Taken], silent: Sequence[str]
    ) -> None:
        events = [event for one in news for event in one.batch.events]
        restarts = [restart for one in news for restart in one.batch.restarts]
        touched = dict.fromkeys([*(event.call for event in events), *silent])
        if restarts:
            touched |= dict.fromkeys(await repository.unsettled(session, self.book.node))
        # What is stored of these calls is read before more of it is stored.
        await self._load(session, self.book.unknown(touched))
        for one in news:
            # Should the transaction fail, we begin again from what is stored.
            one.accept(await self._keep(session, one))
        for restart in [*restarts, *self._restarts_since(news)]:
            await agent_repository.end_legs(session, self.book.node, restart.since)
        self.book.learn(events, restarts)
        self.book.as_of = _told_up_to(self._positions(), self.book.as_of)
        changed = self.book.refold(touched, time.monotonic())
        # Only now: of a backlog most calls begin and end in one step, and are written once.
        due = self._due()
        await self._publish(session, changed, due)
        await keep_callbacks(session, events)
        await keep_outbound(session, events)
        self.book.tidy([*touched, *due])

    def _restarts_since(self, news: Sequence[Taken]) -> list[Restart]:
        """Return the known restarts before which legs began that we read of only now."""
        legs = [line.at for one in news for line in one.batch.leg_lines]
        return [known for known in self.book.restarts if legs and known.since > min(legs)]

    async def _keep(self, session: AsyncSession, one: Taken) -> Position:
        """Store the lines of one source and move its position."""
        now, source, node = utc_now(), one.source, self.book.node
        was = source.position
        if was is None or one.reading.left is not None:
            file_id = await self._turn(session, one, was)
        else:
            file_id = was.file_id
        to = one.position(file_id)
        await repository.move(session, node, source.stream, was, to, one.reading.unread, now)
        await repository.copy_events(session, file_id, one.batch.rows)
        await self._keep_agents(session, file_id, one.batch)
        if one.batch.unreadable:
            log.warning("ledger.unreadable", stream=source.stream, lines=one.batch.unreadable)
        return to

    async def _keep_agents(self, session: AsyncSession, file_id: int, batch: Batch) -> None:
        """Store what a batch tells of agents."""
        node = self.book.node
        if batch.agent_lines:
            unknown = {line.agent for _, line in batch.agent_lines} - self._standings.keys()
            self._standings |= await agent_repository.standings(session, node, unknown)
            lines = batch.agent_lines
            await agent_repository.add_events(session, node, file_id, lines, self._standings)
        if batch.leg_lines:
            await agent_repository.save_legs(session, node, legs_of(batch.leg_lines))

    async def _turn(self, session: AsyncSession, one: Taken, was: Position | None) -> int:
        """Leave the file we were in, if any, and register the one we go on with."""
        now, stream, loss = utc_now(), one.source.stream, one.reading.loss
        if was is not None:
            await repository.leave_file(session, was.file_id, loss, now)
        if loss is not None:
            log.error("ledger.gap", stream=stream, file=str(one.source.tail.path), why=loss)
        file = one.reading.start.file
        return await repository.open_file(session, self.book.node, stream, file, now)

    async def _publish(
        self, session: AsyncSession, changed: Sequence[Entry], due: Sequence[str]
    ) -> None:
        """Write the calls that changed, hand on those that are due."""
        settled = [self.book.entries[uid] for uid in due]
        late = [entry for entry in changed if entry.settled_at is not None]
        for entry in late:
            entry.late_changes += 1
        self.book.settle(settled, utc_now())
        news = News(changed, settled, late).without(self._aside)
        if not self.careful:
            await publish(session, news)
            return
        for uid, reason in (await publish_carefully(session, news)).items():
            log.error("ledger.call_set_aside", call=uid, reason=reason)
            self._aside.add(uid)

    async def _load(self, session: AsyncSession, uids: Sequence[str]) -> None:
        """Bring calls we do not hold into the book, with what is stored of them."""
        if not uids:
            return
        entries = {uid: self.book.enter(uid) for uid in uids}
        for uid, stream, line in await repository.events_of(session, uids):
            event = reread(stream, line)
            if event is not None:
                entries[uid].story.take(event)
        for call in await repository.stored_calls(session, uids):
            entry = entries[call.uid]
            entry.settled_at, entry.late_changes = call.settled_at, call.late_changes
        self.book.refold(uids, time.monotonic())

    async def _restore(self) -> None:
        """Forget everything and begin from what is stored."""
        node = self.book.node
        self.book = Book(node, self.book.rules)
        self._standings = {}
        async with self.sessions() as session:
            stored = await repository.positions(session, node)
            lives = [reread(*told) for told in await repository.restart_lines(session, node)]
            restarts = [restart_of(event) for event in lives if event is not None]
            self.book.learn((), [restart for restart in restarts if restart is not None])
            await self._load(session, await repository.unsettled(session, node))
        self.book.as_of = _told_up_to(stored, 0.0)
        for stream, source in self.sources.items():
            source.restore(stored.get(stream))
        self._restored = True

    async def _silent(self, session: AsyncSession) -> list[str]:
        """Return running calls that may have been silent for so long that they are over."""
        node, silent_since = self.book.node, self.book.as_of - self.book.rules.silent_call
        return await repository.running_since(session, node, from_epoch(silent_since))

    def _positions(self) -> dict[Stream, Position]:
        sources = self.sources.items()
        return {stream: source.position for stream, source in sources if source.position}

    def _due(self) -> list[str]:
        sources = self.sources.values()
        horizon = min(source.horizon for source in sources)
        return self.book.due(horizon, not self.behind, time.monotonic())

    async def _beat_if(self, beats: bool, session: AsyncSession) -> None:
        """Show that we live and how much lies unread before us."""
        if beats:
            unread = {source.stream: source.unread for source in self.sources.values()}
            await repository.beat(session, self.book.node, unread, utc_now())
            self._beat = time.monotonic()
            if any(unread.values()):
                log.info("ledger.behind", unread_bytes=sum(unread.values()))


def _told_up_to(positions: Mapping[Stream, Position], so_far: float) -> float:
    """Return the epoch second up to which channel events have been read."""
    position = positions.get(Stream.CEL)
    return (position and position.read_up_to) or so_far
