"""From an approved draft to its publication, once however often it is asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import text

from gis import audit
from gis.boundaries.drafts.keeping import KEPT
from gis.boundaries.drafts.model import Changeset
from gis.boundaries.drafts.permits import claim, require_power
from gis.boundaries.drafts.queries import get_changeset
from gis.boundaries.drafts.seeing import seeing_whole
from gis.boundaries.publishing import publish_changeset
from gis.core.access import Actor, Power
from gis.db.session import WriteSession
from gis.grids import lock_publications


def publish(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    if_version: int | None,
    *,
    key: str | None = None,
) -> tuple[Changeset, dict[str, Any]]:
    """Put an approved draft into force.

    Parameters
    ----------
    session
        With the scope in which the actor publishes.
    actor
        Who publishes.
    changeset_id, if_version
        See `claim`.
    key
        Of the request (``Idempotency-Key``): whoever asks again with the same one gets the same
        answer, and nothing is done again.

    Returns
    -------
    tuple
        The draft, and the fields of `gis.boundaries.publish.Publication`.

    Raises
    ------
    Conflict
        It is not approved, or its grids were published anew by others.
    Invalid, NotTiling
        It would break a rule; nothing is written.
    Forbidden
        The actor does not publish in all its townships.
    PreconditionRequired, PreconditionFailed, NotFound
        See `claim`.
    """
    seen = get_changeset(session, changeset_id)
    require_power(session, actor, Power.PUBLISH, seen.scope_codes)
    with seeing_whole(session):
        # In this order: whoever publishes from the command line takes them so, too.
        lock_publications(session)
        before = _answered(session, seen, key)
        if before is not None:
            return get_changeset(session, changeset_id), before
        changeset = claim(session, changeset_id, if_version)
        answer = asdict(publish_changeset(session, changeset_id, actor=actor.name))
        _keep(session, changeset, key, answer)
        published = get_changeset(session, changeset_id)
        codes = changeset.scope_codes
        audit.append(
            session,
            actor.name,
            "changeset.publish",
            f"changeset:{changeset_id}",
            division=codes[0] if len(codes) == 1 else f"{changeset.county_code}000000",
            before={"state": changeset.state, "version": changeset.version},
            after={"state": published.state, "generation": published.published_generation},
        )
    return published, answer


def _answered(
    session: WriteSession, changeset: Changeset, key: str | None
) -> dict[str, Any] | None:
    """Return what the same request was answered before, if it was."""
    if key is None:
        return None
    found: dict[str, Any] | None = session.scalar(
        text(
            "SELECT publication - CAST(:kept AS text) FROM changeset WHERE county_code = :county"
            " AND changeset_id = :changeset_id AND publish_key = :key"
        ),
        {
            "county": changeset.county_code,
            "changeset_id": changeset.changeset_id,
            "key": key,
            "kept": KEPT,
        },
    )
    return found


def _keep(
    session: WriteSession, changeset: Changeset, key: str | None, answer: dict[str, Any]
) -> None:
    session.execute(
        text(
            "UPDATE changeset SET publish_key = :key,"
            " publication = coalesce(publication, '{}') || CAST(:answer AS jsonb)"
            " WHERE county_code = :county AND changeset_id = :changeset_id"
        ),
        {
            "county": changeset.county_code,
            "changeset_id": changeset.changeset_id,
            "key": key,
            "answer": orjson.dumps(answer).decode(),
        },
    )
