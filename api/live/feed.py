"""The live feed: each message is read once and encoded once, and goes to many.

A stream costs a queue of references, and neither a thread nor a connection of the database. A
client that does not keep up is cut off and resumes where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import orjson
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from api.live.listening import Bulletin, Listener
from api.live.places import Place, Seal
from gis.core import clock
from gis.core.access import WHOLE, Actor
from gis.core.errors import Forbidden, Unavailable, Unidentified
from gis.db.session import read_session
from gis.feeds import RETENTION, Ear, News, Told, heard, read_between

#: Editions that wait for one client; more, and it is cut off.
MOST_WAITING = 256
#: More missed messages are not replayed: to load everything anew is less work.
MOST_REPLAYED = 1_000
#: After this a browser tries again by itself, milliseconds; spread, so that not all come at once.
RETRY_MS = (1_000, 4_000)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something is done for a client that hears nothing; seconds.

    Attributes
    ----------
    ping_s
        It is told that the line is alive.
    admit_s
        It is asked whether it may still listen; with a ping between that is within a minute.
    """

    ping_s: float = 15.0
    admit_s: float = 40.0


class Edition:
    """Messages that were read at one time, encoded once for all who hear the same of them.

    Parameters
    ----------
    told
        The messages, and the place after each.
    """

    def __init__(self, told: Sequence[tuple[Told, str]]) -> None:
        self._told = told
        self._encoded: dict[Ear, bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._told)

    def for_ear(self, ear: Ear) -> bytes:
        """Return what goes to a client; empty where nothing of it is for it."""
        if ear not in self._encoded:
            documents = ((one.kind, heard(one, ear), cursor) for one, cursor in self._told)
            self._encoded[ear] = b"".join(
                encode(kind, document, cursor)
                for kind, document, cursor in documents
                if document is not None
            )
        return self._encoded[ear]


def encode(kind: str, document: Mapping[str, Any], cursor: str | None = None) -> bytes:
    """Return a server-sent event."""
    place = b"" if cursor is None else b"id: %s\n" % cursor.encode()
    return b"event: %s\n%sdata: %s\n\n" % (kind.encode(), place, orjson.dumps(document))


class Client:
    """What waits for one client."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        self.is_cut = False
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)

    def offer(self, edition: Edition) -> None:
        """Give it what is new, or cut it off."""
        encoded = edition.for_ear(self.ear)
        if self.is_cut or not encoded:
            return
        if self._waiting.full():
            self.cut()
        else:
            self._waiting.put_nowait(encoded)

    def cut(self) -> None:
        """End it; what waits is not sent any more."""
        self.is_cut = True
        while self.has_waiting:
            self._waiting.get_nowait()
        self._waiting.put_nowait(b"")  # for whoever waits

    async def take(self, within_s: float) -> bytes | None:
        """Return what waits, all of it; None where nothing came."""
        try:
            async with asyncio.timeout(within_s):
                taken = [await self._waiting.get()]
        except TimeoutError:
            return None
        while self.has_waiting:
            taken.append(self._waiting.get_nowait())
        return b"".join(taken)

    @property
    def has_waiting(self) -> bool:
        """Whether something waits to be sent."""
        return not self._waiting.empty()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the hub stands, and the seal for that."""

    news: News
    seal: Seal
    cursor: str


class Hub:
    """Hands what the listener reads to all clients of this process.

    Parameters
    ----------
    engine
        Reads what a client has missed.
    url
        Where the listener logs in.
    statement_timeout_s
        Of its statements.
    build
        Names this version of the program and its pages.
    """

    def __init__(
        self, engine: Engine, url: str | URL, statement_timeout_s: float, build: str
    ) -> None:
        self._engine = engine
        self.pace = Pace()
        self._build = build
        self._loop = asyncio.get_running_loop()
        # Weak: a stream that nobody reads any more is gone with its request.
        self._clients: WeakSet[Client] = WeakSet()
        self._standing: Standing | None = None
        self._looked = asyncio.Event()
        self._secret = b""
        self._listener = Listener(url, statement_timeout_s, self._hear)
        self._listener.start()

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    async def close(self) -> None:
        """End all streams and the listener."""
        self._cut_all()
        await asyncio.to_thread(self._listener.close)

    async def stream(
        self, actor: Actor, cursor: str | None, admit: Callable[[], Awaitable[Actor]]
    ) -> AsyncIterator[bytes]:
        """Return what one client is sent, from now on or from where it was.

        Parameters
        ----------
        actor
            Who listens.
        cursor
            The last ``id`` that it has heard; None for the first time.
        admit
            Asks again who it is.

        Raises
        ------
        Unavailable
            The database does not answer.
        """
        place = await self._catch_up(cursor)
        standing = self._standing
        if standing is None:
            raise Unavailable(
                "The live feed is not ready yet; try again in a few seconds.",
                zh="实时通道尚未就绪，请几秒后重试。",
                retry_after_s=5,
            )
        # In one breath with the look at the standing: what comes after it waits in the queue.
        client = Client(Ear.of(actor))
        self._clients.add(client)
        missed, reason = None, None
        if cursor is not None:
            missed, reason = await self._missed(standing, place)
        opening = self._opening(client.ear, standing, missed, reason)
        return self._sending(client, b"".join(opening), partial(_is_still, actor, admit))

    async def _sending(
        self, client: Client, opening: bytes, may_stay: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        asked = self._loop.time()
        yield opening
        while not client.is_cut:
            piece = await client.take(self.pace.ping_s)
            if self._loop.time() - asked >= self.pace.admit_s:
                if not await may_stay():
                    return
                asked = self._loop.time()
            if piece is not None:
                yield piece
            elif not client.has_waiting:  # else its place would be behind what still waits
                yield self._ping()

    def _opening(
        self, ear: Ear, standing: Standing, missed: Edition | None, reason: str | None
    ) -> Iterator[bytes]:
        """Greet, and tell what was missed."""
        yield b"retry: %d\n\n" % random.randint(*RETRY_MS)  # noqa: S311 - no secret
        hello = {
            "build": self._build,
            "generation": standing.news.generation,
            "now": clock.now().isoformat(),
            "resumed": missed is not None,
        }
        # Who is cut off before the rest has come still stands where it stood.
        yield encode("hello", hello, None if missed or reason else standing.cursor)
        if reason is not None:
            yield encode("reset", {"reason": reason}, standing.cursor)
        if missed is not None:
            yield missed.for_ear(ear)

    async def _missed(
        self, standing: Standing, place: Place | None
    ) -> tuple[Edition | None, str | None]:
        """Return what happened after a place, or why that cannot be told."""
        news = standing.news
        if place is None or place.system != news.system:
            return None, "unknown"
        if not news.horizon.covers(place.reading or place.seen):
            return None, "unknown"
        if place.at < (news.now - RETENTION).timestamp():
            return None, "too long ago"
        parts = await run_in_threadpool(self._read_missed, place, news)
        if sum(len(told) for _, told in parts) > MOST_REPLAYED:
            return None, "too much"
        placed = [one for since, told in parts for one in _placed(standing.seal, since, told)]
        return Edition(placed), None

    def _read_missed(self, place: Place, news: News) -> list[tuple[Place, list[Told]]]:
        parts = []
        with read_session(self._engine, WHOLE) as session:
            if place.reading is not None:
                rest = read_between(
                    session, place.seen, place.reading, after=place.last, limit=MOST_REPLAYED + 1
                )
                parts.append((place, rest))
                place = place._replace(seen=place.reading, reading=None, last=0)
            later = read_between(session, place.seen, news.horizon, limit=MOST_REPLAYED + 1)
            parts.append((place._replace(reading=news.horizon), later))
        return parts

    async def _catch_up(self, cursor: str | None) -> Place | None:
        """Return the place that a client names; the hub then stands there or farther on."""
        if self._standing is None:
            await self._look()
        standing = self._standing
        if cursor is None or standing is None:
            return None
        place = standing.seal.read(cursor)
        if place is not None and not standing.news.horizon.covers(place.reading or place.seen):
            # It was told by another process, which had read a moment later.
            await self._look()
        return place

    async def _look(self) -> None:
        self._looked.clear()
        self._listener.look()
        try:
            async with asyncio.timeout(5):
                await self._looked.wait()
        except TimeoutError:
            return

    def _hear(self, bulletin: Bulletin) -> None:
        """Take over what the listener has read; in its thread."""
        try:
            self._loop.call_soon_threadsafe(self._spread, bulletin)
        except RuntimeError:  # the loop is closed: so are we
            return

    def _spread(self, bulletin: Bulletin) -> None:
        before, news = self._standing, bulletin.news
        seal = before.seal if before and bulletin.secret == self._secret else Seal(bulletin.secret)
        self._secret = bulletin.secret
        here = Place(news.system, news.horizon, None, 0, int(news.now.timestamp()))
        self._standing = Standing(news, seal, seal.write(here))
        self._looked.set()
        if before is None:
            return
        if bulletin.told is None:
            # They come back, and are told to load everything anew.
            self._cut_all()
            return
        since = here._replace(seen=before.news.horizon, reading=news.horizon)
        edition = Edition(_placed(seal, since, bulletin.told))
        for client in self._clients:
            client.offer(edition)

    def _cut_all(self) -> None:
        for client in self._clients:
            client.cut()

    def _ping(self) -> bytes:
        standing = self._standing
        assert standing is not None  # noqa: S101 - there is no stream without
        return encode("ping", {"now": clock.now().isoformat()}, standing.cursor)


def _placed(seal: Seal, since: Place, told: list[Told]) -> list[tuple[Told, str]]:
    """Return messages with the place after each."""
    return [(one, seal.write(since._replace(last=one.delivery_id))) for one in told]


async def _is_still(actor: Actor, admit: Callable[[], Awaitable[Actor]]) -> bool:
    try:
        return await admit() == actor
    except (Unidentified, Forbidden):
        return False
    except SQLAlchemyError:
        return True  # as long as it does not answer, there is nothing to hear either


def build_of(version: str, static: Path) -> str:
    """Return what names a version of the program and of its pages.

    Parameters
    ----------
    version
        Of the program.
    static
        Folder of the pages' modules and styles.

    Returns
    -------
    str
        Another one as soon as a module or a style is another.
    """
    digest = hashlib.sha256()
    for folder in ("js", "css"):
        for path in sorted((static / folder).rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(static).as_posix().encode() + path.read_bytes())
    return f"{version}-{digest.hexdigest()[:12]}"
