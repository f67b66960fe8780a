"""Approved drafts that are published on their own day, by whoever is there on that day."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis import audit
from gis.boundaries.drafts.model import Changeset
from gis.boundaries.drafts.permits import claim, require_power
from gis.boundaries.drafts.queries import UNSCHEDULED, get_changeset, set_fields
from gis.boundaries.drafts.reviewing import require_publishable
from gis.boundaries.drafts.whole import validate
from gis.boundaries.publishing import publish_changeset
from gis.core import clock
from gis.core.access import Actor, Power
from gis.core.errors import Conflict, Forbidden, GridmapError, Invalid, NotFound
from gis.db.session import WriteSession
from gis.grids import lock_publications

#: In whose name the audit tells what nobody did by hand.
SCHEDULE = "system:schedule"
#: What keeps a draft out for good; anything else (a database that is away) is tried again.
_REFUSALS = (Conflict, Forbidden, Invalid, NotFound, IntegrityError)
_NEXT = (
    "SELECT changeset_id FROM changeset WHERE scheduled_at IS NOT NULL AND effective_from <= :today"
    " ORDER BY effective_from, scheduled_at, changeset_id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Due:
    """What became of a draft on its day.

    Attributes
    ----------
    generation
        None where it was refused; then `refusal` says why, and it stays approved.
    """

    changeset_id: int
    generation: int | None
    refusal: dict[str, Any] | None = None


def schedule(
    session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None
) -> Changeset:
    """Decide that an approved draft be published on its effective day.

    Parameters
    ----------
    session
        With the scope in which the actor publishes.
    actor
        In whose name it is published.
    changeset_id, if_version
        See `gis.boundaries.drafts.permits.claim`.

    Returns
    -------
    Changeset

    Raises
    ------
    Conflict
        It is not approved, or could not be published as things are.
    Invalid
        Its day is not in the future: then it can be published at once.
    Forbidden
        The actor does not publish in all its townships.
    """
    changeset = claim(session, changeset_id, if_version)
    require_power(session, actor, Power.PUBLISH, changeset.scope_codes)
    if changeset.state != "approved":
        raise Conflict(
            f"The changeset is {changeset.state}; only an approved one can be scheduled.",
            zh="只有审核通过的方案才能预定发布。",
            state=changeset.state,
        )
    day, today = changeset.effective_from, clock.today()
    if day is None or day <= today:
        raise Invalid(
            f"The changeset takes effect {day or 'when it is published'}, not on a later day than"
            f" today ({today}); publish it.",
            zh="方案的生效日期不晚于今天，请直接发布。",
            field="effective_from",
        )
    require_publishable(validate(session, actor, changeset_id))
    given = UNSCHEDULED | {"scheduled_at": clock.now(), "scheduled_by": actor.name}
    set_fields(session, changeset, by=actor.name, **given)
    return _recorded(session, actor.name, changeset, "schedule", {"day": day.isoformat()})


def unschedule(
    session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None
) -> Changeset:
    """Take back that a draft be published on its day; it stays approved.

    Parameters
    ----------
    session, actor, changeset_id, if_version
        See `schedule`.

    Returns
    -------
    Changeset

    Raises
    ------
    Conflict
        It is not scheduled.
    Forbidden
        The actor does not publish in all its townships.
    """
    changeset = claim(session, changeset_id, if_version)
    require_power(session, actor, Power.PUBLISH, changeset.scope_codes)
    if changeset.scheduled_at is None:
        raise Conflict("The changeset is not scheduled.", zh="方案未预定发布。")
    set_fields(session, changeset, by=actor.name, **UNSCHEDULED)
    return _recorded(session, actor.name, changeset, "unschedule", {})


def publish_due(
    opening: Callable[[], AbstractContextManager[WriteSession]],
) -> list[Due] | None:
    """Publish all drafts whose day has come, each in a transaction of its own.

    Parameters
    ----------
    opening
        Opens a transaction that sees the whole deployment.

    Returns
    -------
    list of Due or None
        In the order of their days; None where another process is at it, and the rest is its.
    """
    done: list[Due] = []
    while True:
        with opening() as session:
            found = publish_next_due(session)
        if found == "busy":
            return None
        if found is None:
            return done
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
    due = {"today": clock.today()}
    if session.scalar(text(_NEXT), due) is None:
        return None
    # In this order, as everybody who publishes; only then it is certain which one is next.
    lock_publications(session)
    number = session.scalar(text(f"{_NEXT} FOR UPDATE"), due)
    return None if number is None else _publish(session, get_changeset(session, number))


def _publish(session: WriteSession, changeset: Changeset) -> Due:
    number = changeset.changeset_id
    try:
        with session.begin_nested():
            done = publish_changeset(session, number, actor=str(changeset.scheduled_by))
    except _REFUSALS as error:
        refusal = _document(error)
        set_fields(session, changeset, by=SCHEDULE, **UNSCHEDULED | {"schedule_refusal": refusal})
        _recorded(session, SCHEDULE, changeset, "schedule_refused", {"detail": refusal["detail"]})
        return Due(number, None, refusal)
    told = {"generation": done.generation, "decided_by": changeset.scheduled_by}
    _recorded(session, SCHEDULE, changeset, "publish", told)
    return Due(number, done.generation)


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


def _recorded(
    session: WriteSession, by: str, changeset: Changeset, deed: str, more: dict[str, Any]
) -> Changeset:
    """Write a deed into the audit, the last statement but reads, and return the draft."""
    now = get_changeset(session, changeset.changeset_id)
    codes = changeset.scope_codes
    audit.append(
        session,
        by,
        f"changeset.{deed}",
        f"changeset:{changeset.changeset_id}",
        division=codes[0] if len(codes) == 1 else f"{changeset.county_code}000000",
        before={"state": changeset.state, "version": changeset.version},
        after={"state": now.state, "version": now.version} | more,
    )
    return now
