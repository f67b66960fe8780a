"""A draft on its way: submitted, withdrawn, approved, rejected. Nobody approves his own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text

from gis import audit
from gis.boundaries.drafts.keeping import KEPT, kept_document
from gis.boundaries.drafts.model import COUNTY_DIGITS, EDITABLE, Changeset
from gis.boundaries.drafts.permits import (
    claim,
    claim_editable,
    require_power,
    township_paths,
)
from gis.boundaries.drafts.queries import UNSCHEDULED, get_changeset, set_fields
from gis.boundaries.drafts.whole import Verdict, validate, weigh
from gis.core.access import Actor, Power
from gis.core.errors import Conflict, Forbidden
from gis.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict on a draft.

    Attributes
    ----------
    changeset_version
        Which version was looked at.
    covers
        Of the draft's townships and their county, those that the reviewer holds.
    """

    reviewer: str
    verdict: Literal["approve", "reject"]
    comment: str
    changeset_version: int
    covers: list[str]
    created_at: dt.datetime


def submit(
    session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None
) -> Changeset:
    """Hand a draft in for review; from here on it is frozen.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it.
    changeset_id, if_version
        See `claim`.

    Returns
    -------
    Changeset

    Raises
    ------
    Conflict
        It changes nothing, has to be rebased, or breaks a rule; `validate` says what.
    """
    changeset = claim_editable(session, actor, changeset_id, if_version)
    require_publishable(validate(session, actor, changeset_id))
    kept = {KEPT: kept_document(weigh(session, changeset))}
    set_fields(
        session,
        changeset,
        by=actor.name,
        state="submitted",
        submitted_version=changeset.version + 1,
        publication=kept,
    )
    _record(session, actor, changeset, deed="submit", state="submitted")
    return get_changeset(session, changeset_id)


def require_publishable(verdict: Verdict) -> None:
    """Raise unless a whole draft could be published as things are.

    Raises
    ------
    Conflict
        It changes nothing, has to be rebased, or breaks a rule; ``errors`` says what.
    """
    if verdict.state == "publishable":
        return
    said = {
        "empty": ("The changeset changes nothing yet.", "方案尚未修改任何网格。"),
        "stale": (
            "Grids of the changeset were published anew by others; rebase it.",
            "方案中的网格已被他人更新并发布，请先更新（变基）方案。",
        ),
        "refused": ("The changeset breaks a rule; see `errors`.", "方案不符合规则，详见 errors。"),
    }[verdict.state]
    raise Conflict(
        said[0],
        zh=said[1],
        **({"code": "STALE"} if verdict.stale else {}),
        codes=verdict.stale,
        errors=verdict.errors,
    )


def withdraw(
    session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None
) -> Changeset:
    """Take a draft back, or put it aside; whatever is done to it later makes it a draft again.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it; anybody who drafts in its townships.
    changeset_id, if_version
        See `claim`.

    Returns
    -------
    Changeset

    Raises
    ------
    Conflict
        It is published, or withdrawn already.
    """
    changeset = claim(session, changeset_id, if_version)
    require_power(session, actor, Power.DRAFT, changeset.scope_codes)
    if changeset.state in ("published", "withdrawn"):
        raise Conflict(
            f"The changeset is {changeset.state} already.",
            zh="方案已发布，不能撤回。" if changeset.state == "published" else "方案已撤回。",
            state=changeset.state,
        )
    given = UNSCHEDULED | {"state": "withdrawn", "submitted_version": None}
    set_fields(session, changeset, by=actor.name, **given)
    _record(session, actor, changeset, deed="withdraw", state="withdrawn")
    return get_changeset(session, changeset_id)


def approve(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    if_version: int | None,
    comment: str = "",
) -> Changeset:
    """Approve a submitted draft.

    It is approved when each of its townships has an approval by somebody who reviews there; where
    there are several, one approval by a reviewer of the county is needed as well.

    Parameters
    ----------
    session
        With the scope in which the actor reviews.
    actor
        Nobody who had a hand in it.
    changeset_id, if_version
        See `claim`.
    comment
        For the record.

    Returns
    -------
    Changeset
        Its state is ``submitted`` while approvals are missing.

    Raises
    ------
    Conflict
        It is not submitted.
    Forbidden
        The actor had a hand in it, or reviews in none of its townships.
    """
    changeset = claim(session, changeset_id, if_version)
    covers = _require_reviewer(session, actor, changeset)
    _add_review(session, actor, changeset, verdict="approve", comment=comment, covers=covers)
    missing = missing_approvals(session, changeset)
    state = "submitted" if missing else "approved"
    set_fields(session, changeset, by=actor.name, state=state)
    _record(session, actor, changeset, deed="approve", state=state, reason=comment)
    return get_changeset(session, changeset_id)


def reject(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    if_version: int | None,
    comment: str,
) -> Changeset:
    """Send a submitted draft back.

    Parameters
    ----------
    session
        With the scope in which the actor reviews.
    actor
        Nobody who had a hand in it.
    changeset_id, if_version
        See `claim`.
    comment
        Why; the author is told.

    Returns
    -------
    Changeset

    Raises
    ------
    Conflict
        It is not submitted.
    Forbidden
        The actor had a hand in it, or reviews in none of its townships.
    """
    changeset = claim(session, changeset_id, if_version)
    covers = _require_reviewer(session, actor, changeset)
    _add_review(session, actor, changeset, verdict="reject", comment=comment, covers=covers)
    set_fields(session, changeset, by=actor.name, state="rejected", submitted_version=None)
    _record(session, actor, changeset, deed="reject", state="rejected", reason=comment)
    return get_changeset(session, changeset_id)


def missing_approvals(session: ReadSession | WriteSession, changeset: Changeset) -> list[str]:
    """Return the divisions whose reviewers have not approved yet.

    Parameters
    ----------
    session
        Reads.
    changeset
        A draft.

    Returns
    -------
    list of str
        Twelve digits: townships, and the county where there are several of them.
    """
    needed = _divisions(changeset)
    if changeset.state in EDITABLE or changeset.submitted_version is None:
        return needed
    since = changeset.submitted_version
    given = {
        code
        for review in list_reviews(session, changeset)
        if review.verdict == "approve" and review.changeset_version >= since
        for code in review.covers
    }
    return [code for code in needed if code not in given]


def list_reviews(session: ReadSession | WriteSession, changeset: Changeset) -> list[Review]:
    """Return the verdicts on a draft, the oldest first."""
    rows = session.execute(
        text(
            "SELECT reviewer, verdict, comment, changeset_version, covers, created_at"
            "  FROM review WHERE county_code = :county AND changeset_id = :changeset_id"
            " ORDER BY review_id"
        ),
        {"county": changeset.county_code, "changeset_id": changeset.changeset_id},
    )
    return [Review(**row._mapping) for row in rows]


def _divisions(changeset: Changeset) -> list[str]:
    townships: Sequence[str] = changeset.scope_codes
    county = f"{changeset.county_code[:COUNTY_DIGITS]}000000"
    return list(dict.fromkeys([*townships, county] if len(townships) > 1 else townships))


def _require_reviewer(session: WriteSession, actor: Actor, changeset: Changeset) -> list[str]:
    """Return which divisions of a draft an actor reviews; raise where it is none, or his own.

    Raises
    ------
    Conflict, Forbidden
        See `approve`.
    """
    if changeset.state != "submitted":
        raise Conflict(
            f"The changeset is {changeset.state}, not submitted.",
            zh="方案不在待审核状态。",
            state=changeset.state,
        )
    if actor.name in _hands(session, changeset):
        raise Forbidden(
            f"{actor.name} had a hand in this changeset; somebody else reviews it.",
            zh=f"{actor.name} 参与了本方案的编制，须由他人审核。",
        )
    codes = _divisions(changeset)
    paths = township_paths(session, codes)
    covers = [code for code in codes if actor.may(Power.REVIEW, paths.get(code, (code,)))]
    if not set(covers).intersection(codes):
        raise Forbidden(
            f"{actor.name} reviews in none of {', '.join(codes)}.",
            zh=f"{actor.name} 无权审核 {'、'.join(codes)} 的方案。",
        )
    return covers


def _hands(session: WriteSession, changeset: Changeset) -> set[str]:
    rows = session.scalars(
        text(
            "SELECT DISTINCT author FROM changeset_op"
            " WHERE county_code = :county AND changeset_id = :changeset_id AND NOT is_undone"
        ),
        {"county": changeset.county_code, "changeset_id": changeset.changeset_id},
    )
    return {changeset.author, *rows}


def _add_review(
    session: WriteSession,
    actor: Actor,
    changeset: Changeset,
    *,
    verdict: str,
    comment: str,
    covers: Sequence[str],
) -> None:
    session.execute(
        text(
            "INSERT INTO review (county_code, changeset_id, changeset_version, author, reviewer,"
            " verdict, comment, covers) VALUES (:county, :changeset_id, :version, :author,"
            " :reviewer, :verdict, :comment, :covers)"
        ),
        {
            "county": changeset.county_code,
            "changeset_id": changeset.changeset_id,
            "version": changeset.version,
            "author": changeset.author,
            "reviewer": actor.name,
            "verdict": verdict,
            "comment": comment,
            "covers": list(covers),
        },
    )


def _record(
    session: WriteSession,
    actor: Actor,
    changeset: Changeset,
    *,
    deed: str,
    state: str,
    reason: str = "",
) -> None:
    """Write a deed into the audit: the last statement but reads."""
    codes = changeset.scope_codes
    audit.append(
        session,
        actor.name,
        f"changeset.{deed}",
        f"changeset:{changeset.changeset_id}",
        division=codes[0] if len(codes) == 1 else f"{changeset.county_code}000000",
        reason=reason or None,
        before={"state": changeset.state, "version": changeset.version},
        after={"state": state, "version": changeset.version + 1},
    )
