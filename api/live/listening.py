"""The one connection of a process on which PostgreSQL tells that there is news."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gis.core.access import WHOLE
from gis.db.engine import driver_url, make_engine
from gis.db.row_security import entering
from gis.db.session import ReadSession, write_session
from gis.feeds import CHANNEL, News, Told, purge, read_between, read_secret, stand

#: It is looked this often although nothing was heard, seconds.
LOOK_S = 5.0
#: Pauses before the next try to connect, seconds.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
PURGE_EVERY_S = 3600.0
#: More at once are not told one by one: whoever listens loads everything anew.
MOST_AT_ONCE = 2_000
#: By these PostgreSQL is found to be gone where it could not say so; seconds, the last in ms.
KEEPALIVES = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
#: By this name the connection shows among those of the server.
NAME = "gridmap live"


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What was read at one time.

    Attributes
    ----------
    news
        Where the reader stands now.
    told
        What is new, by number; None where that cannot be told: the first time, after a database
        was put in the place of another, or where it is too much.
    secret
        Seals places in the outbox.
    """

    news: News
    told: list[Told] | None
    secret: bytes


class Listener:
    """Waits for news in a thread of its own, and hands over what there is.

    Parameters
    ----------
    url
        Where the server logs in.
    statement_timeout_s
        Of its statements.
    hand_over
        Called in that thread with each bulletin, also where nothing is new.
    """

    def __init__(
        self, url: str | URL, statement_timeout_s: float, hand_over: Callable[[Bulletin], None]
    ) -> None:
        address = driver_url(url).update_query_dict(KEEPALIVES)
        self._engine: Engine = make_engine(
            address, statement_timeout_s=statement_timeout_s, pool_size=1
        )
        self._hand_over = hand_over
        self._stood: News | None = None
        self._purged_at: float | None = None
        self._ending = threading.Event()
        self._awake, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def look(self) -> None:
        """Read what there is now, without waiting for a notice."""
        os.write(self._wake, b".")

    def close(self) -> None:
        """End the thread and its connection."""
        self._ending.set()
        self.look()
        self._thread.join()
        self._engine.dispose()
        os.close(self._awake)
        os.close(self._wake)

    def _run(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._ending.is_set():
            begun = time.monotonic()
            gone = suppress(SQLAlchemyError, psycopg2.Error, OSError)
            with gone, self._engine.connect() as connection:
                self._listen(connection)
            self._engine.dispose()  # nothing is left of what failed
            pause = FIRST_PAUSE_S if time.monotonic() - begun > LONGEST_PAUSE_S else pause * 2
            self._ending.wait(min(pause, LONGEST_PAUSE_S))

    def _listen(self, connection: Connection) -> None:
        connection.execute(text(f"SET application_name = '{NAME}'"))
        connection.execute(text(f"LISTEN {CHANNEL}"))
        connection.commit()
        driver: Any = connection.connection.driver_connection
        while not self._ending.is_set():
            driver.notifies.clear()
            self._hand_over(self._read(connection))
            self._purge()
            driver.poll()
            # A notice that came between our own statements has left the socket already.
            wait_s = 0.0 if driver.notifies else LOOK_S
            ready, _, _ = select.select([driver, self._awake], [], [], wait_s)
            if self._awake in ready:
                os.read(self._awake, 65_536)
            driver.poll()

    def _read(self, connection: Connection) -> Bulletin:
        with Session(connection) as session:
            opening = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            session.execute(text("; ".join((opening, *entering(WHOLE)))))
            reader = ReadSession(session)
            news, told = stand(reader), None
            if self._stood is not None and news.follows(self._stood):
                told = read_between(
                    reader, self._stood.horizon, news.horizon, limit=MOST_AT_ONCE + 1
                )
            if told is not None and len(told) > MOST_AT_ONCE:
                told = None
            bulletin = Bulletin(news, told, read_secret(reader))
        self._stood = news
        return bulletin

    def _purge(self) -> None:
        now = time.monotonic()
        if self._purged_at is None or now - self._purged_at > PURGE_EVERY_S:
            self._purged_at = now
            with write_session(self._engine, WHOLE) as session:
                purge(session)
