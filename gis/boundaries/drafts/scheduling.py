"""Decide that an approved draft be published on its own day, or take that back."""

from __future__ import annotations

from typing import Any

from gis import audit
from gis.boundaries.drafts.model import Changeset
from gis.boundaries.drafts.permits import claim, require_power
from gis.boundaries.drafts.queries import UNSCHEDULED, get_changeset, set_fields
from gis.boundaries.drafts.reviewing import require_publishable
from gis.boundaries.drafts.whole import validate
from gis.core import clock
from gis.core.access import Actor, Power
from gis.core.errors import Conflict, Invalid
from gis.db.session import WriteSession


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
    return recorded(session, actor.name, changeset, "schedule", {"day": day.isoformat()})


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
    return recorded(session, actor.name, changeset, "unschedule", {})


def recorded(
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
