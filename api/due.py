"""Publish what is due: when the server starts, and when a day begins in China."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from anyio import to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from gis.boundaries import drafts
from gis.boundaries.publishing import load_code
from gis.core import clock
from gis.core.access import WHOLE
from gis.core.errors import GridmapError
from gis.db.session import write_session

#: A clock that is set, or a machine that slept, shows after so long; so does another process that
#: gave up what it had begun.
LONGEST_PAUSE_S = 60.0
SHORTEST_PAUSE_S = 0.05

_log = logging.getLogger("gridmap.due")


def pause_s(now: dt.datetime) -> float:
    """Return how long to rest: until the day ends, and never for long.

    Parameters
    ----------
    now
        Of `gis.core.clock`.

    Returns
    -------
    float
        Seconds.
    """
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), now.tzinfo)
    left = (midnight - now).total_seconds()
    return max(SHORTEST_PAUSE_S, min(left, LONGEST_PAUSE_S))


@asynccontextmanager
async def publishing_due(engine: Engine) -> AsyncIterator[None]:
    """Publish what is due, in the background, while the block runs.

    Parameters
    ----------
    engine
        Of the server's login.
    """
    task = asyncio.create_task(publish_every_day(engine))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def publish_every_day(engine: Engine) -> None:
    """Publish what is due, day after day, until it is cancelled.

    Parameters
    ----------
    engine
        Of the server's login. Where several processes share a database, one of them publishes.
    """
    done: dt.date | None = None
    # Meanwhile nobody waits for it; whoever publishes first would.
    await to_thread.run_sync(load_code)
    while True:
        today = clock.today()
        # Not abandoned when the server stops: what is being published is published.
        if done != today and await to_thread.run_sync(_publish, engine):
            done = today
        await asyncio.sleep(pause_s(clock.now()))


def _publish(engine: Engine) -> bool:
    """Publish what is due; tell whether nothing of it is left."""
    try:
        found = drafts.publish_due(partial(write_session, engine, WHOLE))
    except (SQLAlchemyError, GridmapError) as error:
        _log.warning("what is due could not be published yet: %s", str(error).partition("\n")[0])
        return False
    except Exception:  # noqa: BLE001 - a task that ends publishes nothing any more, unheard
        _log.exception("what is due could not be published")
        return False
    for one in found.done:
        told = one.refusal["detail"] if one.refusal else f"generation {one.generation}"
        _log.warning("changeset %s was due: %s", one.changeset_id, told)
    return found.is_over
