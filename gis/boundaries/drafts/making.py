"""Drafts as such: made, listed, described."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from gis.boundaries.drafts.model import COUNTY_DIGITS, Changeset
from gis.boundaries.drafts.permits import (
    claim_editable,
    require_power,
    require_townships,
    township_paths,
)
from gis.boundaries.drafts.queries import (
    add_changeset,
    find_changesets,
    get_changeset,
    set_fields,
)
from gis.core.access import Actor, Power
from gis.core.errors import Conflict
from gis.db.session import ReadSession, WriteSession, as_reader
from gis.grids import current_generation

#: What may be changed of a draft apart from its grids.
FIELDS = frozenset({"title", "reason", "effective_from", "scope_codes"})


def create_changeset(
    session: WriteSession,
    actor: Actor,
    *,
    title: str,
    reason: str,
    effective_from: dt.date | None,
    scope_codes: Sequence[str],
) -> Changeset:
    """Begin a draft on the newest boundaries.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Becomes its author.
    title, reason
        For those who review it.
    effective_from
        First day on which it shall hold; None for the day of publication.
    scope_codes
        Townships (twelve digits) whose grids and outlines it may change; at least one.

    Returns
    -------
    Changeset

    Raises
    ------
    Invalid
        A code is not that of a township, or they lie in several counties.
    Forbidden
        The actor does not draft in one of them.
    """
    codes = list(dict.fromkeys(scope_codes))
    _require_scope(session, actor, codes)
    number = add_changeset(
        session,
        county_code=codes[0][:COUNTY_DIGITS],
        title=title,
        reason=reason,
        author=actor.name,
        base_generation=current_generation(as_reader(session)),
        effective_from=effective_from,
        scope_codes=codes,
    )
    return get_changeset(session, number)


def _require_scope(session: WriteSession, actor: Actor, codes: Sequence[str]) -> None:
    # First who may: a code that is not seen is as good as one that is not there.
    require_power(session, actor, Power.DRAFT, codes)
    require_townships(codes, township_paths(session, codes))


def list_changesets(
    session: ReadSession,
    *,
    states: Sequence[str] | None = None,
    author: str | None = None,
    scope: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Changeset]:
    """List drafts, the newest first.

    Parameters
    ----------
    session
        Its scope decides which there are.
    states
        Only these states.
    author
        Only of this author.
    scope
        Only those about this township.
    before
        Only numbers below this one.
    limit
        At most so many.

    Returns
    -------
    list of Changeset
    """
    return find_changesets(
        session,
        limit=limit,
        states=None if states is None else list(states),
        author=author,
        scope=scope,
        before=before,
    )


def patch_changeset(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    if_version: int | None,
    values: Mapping[str, Any],
) -> Changeset:
    """Change title, reason, day or scope of a draft.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it.
    changeset_id, if_version
        See `claim`.
    values
        Field of `FIELDS` → new value.

    Returns
    -------
    Changeset

    Raises
    ------
    Conflict
        The draft is frozen, or its scope would leave out what it changes already.
    Forbidden
        The actor does not draft in its townships.
    """
    changeset = claim_editable(session, actor, changeset_id, if_version)
    given = {name: value for name, value in values.items() if name in FIELDS}
    if "scope_codes" in given:
        codes = list(dict.fromkeys(given["scope_codes"]))
        _require_scope(session, actor, codes)
        if not set(changeset.scope_codes) <= set(codes) and changeset.grids:
            raise Conflict(
                "The scope of a changeset that holds operations can grow, not shrink; undo them"
                " first.",
                zh="方案已有操作，范围只能扩大；如需缩小请先撤销操作。",
            )
        if codes[0][:COUNTY_DIGITS] != changeset.county_code:
            raise Conflict(
                "A changeset stays in its county; make another one.",
                zh="方案不能改到其他县（市、区），请新建方案。",
            )
        given["scope_codes"] = codes
    set_fields(session, changeset, by=actor.name, state="draft", **given)
    return get_changeset(session, changeset_id)
