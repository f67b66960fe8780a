"""Publish scheduled drafts on their day: one after the other, none held up by another."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis.boundaries.drafts.model import Changeset
from gis.boundaries.drafts.queries import UNSCHEDULED, get_changeset, lock_row, set_fields
from gis.boundaries.drafts.scheduling import recorded
from gis.boundaries.publishing import publish_changeset
from gis.core import clock
from gis.core.errors import Conflict, Forbidden, GridmapError, Invalid, NotFound
from gis.db.session import WriteSession
from gis.grids import lock_publications

#: In whose name the audit tells what nobody did by hand.
SCHEDULE = "system:schedule"
#: How long a draft that failed rests before it is tried again: doubled each time, up to the last.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 3600.0
#: What keeps a draft out for good; anything else (a disk that is full) is tried again.
_REFUSALS = (Conflict, Forbidden, Invalid, NotFound, IntegrityError)
_DUE = "scheduled_at IS NOT NULL AND effective_from <= :today"
_NEXT = (
    f"SELECT changeset_id FROM changeset WHERE {_DUE}"  # noqa: S608 - text of ours
    " AND coalesce((schedule_refusal ->> 'retry_at')::timestamptz, '-infinity') <= :now"
    " ORDER BY effective_from, scheduled_at, changeset_id LIMIT 1"
)

_log = logging.getLogger("gridmap.due")


@dataclass(frozen=True, slots=True)
class Due:
    """What became of a draft on its day.

    Attributes
    ----------
    generation
        None where it was not published; then `refusal` says why. It stays approved; with a
        ``retry_at`` in the refusal it stays scheduled, too.
    """

    changeset_id: int
    generation: int | None
    refusal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the drafts that were due.

    Attributes
    ----------
    done
        In the order of their days.
    is_over
        Whether nothing is left: False where another process is at it, or a draft that failed
        waits to be tried again.
    """

    done: list[Due]
    is_over: bool


class _FailedError(Exception):
    """A draft could not be published, for a reason that is not its own; the cause says which."""

    def __init__(self, changeset_id: int) -> None:
        super().__init__(f"changeset {changeset_id}")
        self.changeset_id = changeset_id


def publish_due(opening: Callable[[], AbstractContextManager[WriteSession]]) -> Round:
    """Publish all drafts whose day has come, each in a transaction of its own.

    A draft whose publication fails, and is not refused, holds up no other: it is told of in the
    log and in its ``schedule_refusal``, and is tried again after a pause that grows.

    Parameters
    ----------
    opening
        Opens a transaction that sees the whole deployment.

    Returns
    -------
    Round
    """
    done: list[Due] = []
    while True:
        try:
            with opening() as session:
                found = publish_next_due(session)
                is_over = found is None and not _is_left(session)
        except _FailedError as failed:
            _log.error(
                "changeset %s could not be published on its day",
                failed.changeset_id,
                exc_info=failed.__cause__,
            )
            # Where even this cannot be written, nothing can: then it is for the caller to wait.
            with opening() as session:
                postponed = _postpone(session, failed.changeset_id)
            done += [] if postponed is None else [postponed]
            continue
        if found is None or found == "busy":
            return Round(done, is_over)
        done.append(found)


def publish_next_due(session: WriteSession) -> Due | Literal["busy"] | None:
    """Publish the next draft whose day has come, or write down why it cannot be.

    Parameters
    ----------
    session
        Sees the whole deployment; the caller commits.

    Returns
    -------
    Due, "busy" or None
        ``busy`` while another process publishes what is due; None where nothing is.
    """
    own = session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('gridmap.due'))"))
    if not own:
        return "busy"
    due = {"today": clock.today(), "now": clock.now()}
    if session.scalar(text(_NEXT), due) is None:
        return None
    # In this order, as everybody who publishes; only then it is certain which one is next.
    lock_publications(session)
    number = session.scalar(text(f"{_NEXT} FOR UPDATE"), due)
    return None if number is None else _publish(session, get_changeset(session, number))


def _is_left(session: WriteSession) -> bool:
    found = session.scalar(
        text(f"SELECT EXISTS (SELECT FROM changeset WHERE {_DUE})"),  # noqa: S608 - text of ours
        {"today": clock.today()},
    )
    return bool(found)


def _publish(session: WriteSession, changeset: Changeset) -> Due:
    number = changeset.changeset_id
    try:
        with session.begin_nested():
            done = publish_changeset(session, number, actor=str(changeset.scheduled_by))
    except _REFUSALS as error:
        refusal = _document(error)
        set_fields(session, changeset, by=SCHEDULE, **UNSCHEDULED | {"schedule_refusal": refusal})
        recorded(session, SCHEDULE, changeset, "schedule_refused", {"detail": refusal["detail"]})
        return Due(number, None, refusal)
    except Exception as error:
        raise _FailedError(number) from error
    told = {"generation": done.generation, "decided_by": changeset.scheduled_by}
    recorded(session, SCHEDULE, changeset, "publish", told)
    return Due(number, done.generation)


def _postpone(session: WriteSession, changeset_id: int) -> Due | None:
    """Write down that a draft failed, and when it is tried again; None if nobody wants it now."""
    lock_row(session, changeset_id)
    changeset = get_changeset(session, changeset_id)
    if changeset.scheduled_at is None:
        return None
    attempts = int((changeset.schedule_refusal or {}).get("attempts", 0)) + 1
    now = clock.now()
    pause_s = min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 16), LONGEST_PAUSE_S)
    retry_at = now + dt.timedelta(seconds=pause_s)
    refusal = {
        "at": now.isoformat(),
        "detail": f"Publication failed (attempt {attempts}), for a reason that is not the draft's;"
        f" see the log of the server. It is tried again at {retry_at:%H:%M}.",
        "detail_zh": f"发布已失败 {attempts} 次，原因不在方案本身，详见服务器日志；"
        f"将于 {retry_at:%H:%M} 重试。",
        "attempts": attempts,
        "retry_at": retry_at.isoformat(),
    }
    set_fields(session, changeset, by=SCHEDULE, schedule_refusal=refusal)
    told = {"attempts": attempts, "retry_at": refusal["retry_at"]}
    recorded(session, SCHEDULE, changeset, "schedule_failed", told)
    return Due(changeset_id, None, refusal)


def _document(error: Exception) -> dict[str, Any]:
    """Return why a draft was refused, as it is kept and told."""
    document: dict[str, Any] = {"at": clock.now().isoformat()}
    if isinstance(error, GridmapError):
        kept = {name: error.extra[name] for name in ("codes", "divisions") if name in error.extra}
        return document | {"detail": error.detail, "detail_zh": error.detail_zh} | kept
    return document | {
        "detail": "The database refused it; see the log of the server.",
        "detail_zh": "数据库拒绝写入，详见服务器日志。",
    }
