"""Who may do what to a draft, and in which state and version it has to be."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.boundaries.drafts.model import EDITABLE, Changeset
from gis.boundaries.drafts.queries import get_changeset, lock_row
from gis.core.access import Actor, Power
from gis.core.errors import Conflict, Forbidden, Invalid, PreconditionFailed, PreconditionRequired
from gis.db.session import WriteSession


def claim(session: WriteSession, changeset_id: int, if_version: int | None) -> Changeset:
    """Lock a draft of a known version until the transaction ends.

    Parameters
    ----------
    session
        Its scope decides what there is.
    changeset_id
        Which draft.
    if_version
        The version that whoever asks has seen.

    Returns
    -------
    Changeset

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    PreconditionRequired
        No version is named.
    PreconditionFailed
        It has another version by now.
    """
    lock_row(session, changeset_id)
    changeset = get_changeset(session, changeset_id)
    if if_version is None:
        raise PreconditionRequired(
            f"Say which version of the changeset you have seen: If-Match: {changeset.etag}.",
            zh=f"请注明所基于的方案版本：If-Match: {changeset.etag}。",
        )
    require_version(changeset, if_version)
    return changeset


def claim_editable(
    session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None
) -> Changeset:
    """Lock a draft that whoever asks may work on; see `claim`.

    Raises
    ------
    Forbidden
        The actor does not draft in all of its townships.
    Conflict
        It is submitted, approved or published.
    """
    changeset = claim(session, changeset_id, if_version)
    require_power(session, actor, Power.DRAFT, changeset.scope_codes)
    require_editable(changeset)
    return changeset


def require_version(changeset: Changeset, version: int) -> None:
    """Raise unless a draft has a version.

    Raises
    ------
    PreconditionFailed
        It has another one; says which.
    """
    if changeset.version != version:
        raise PreconditionFailed(
            f"The changeset has been changed meanwhile (version {changeset.version}, not"
            f" {version}); load it anew.",
            zh=f"方案已被修改（当前版本 {changeset.version}，您基于版本 {version}），请刷新。",
            etag=changeset.etag,
        )


def require_editable(changeset: Changeset) -> None:
    """Raise unless a draft may be worked on.

    Raises
    ------
    Conflict
        It is submitted, approved or published.
    """
    if changeset.state not in EDITABLE:
        raise Conflict(
            f"The changeset is {changeset.state} and cannot be changed; withdraw it first."
            if changeset.state != "published"
            else "The changeset is published; make another one, or roll it back.",
            zh="方案已提交，不能修改；请先撤回。"
            if changeset.state != "published"
            else "方案已发布，请新建方案或回退。",
            state=changeset.state,
        )


def township_paths(session: Session, codes: Iterable[str]) -> dict[str, list[str]]:
    """Return the path from the root to each division; those that are not known are left out."""
    rows = session.execute(
        text("SELECT code, path FROM division WHERE code = ANY(:codes)"), {"codes": list(codes)}
    )
    return {row.code: row.path for row in rows}


def require_power(session: Session, actor: Actor, power: Power, scope: Iterable[str]) -> None:
    """Raise unless a power is held for every township of a scope.

    Raises
    ------
    Forbidden
        Names the townships where it is not.
    """
    if actor.scope(power).is_whole:
        return
    # Who holds it for the very township needs no look at the tree.
    codes = [code for code in scope if not actor.may(power, (code,))]
    paths = township_paths(session, codes) if codes else {}
    lacking = [code for code in codes if not actor.may(power, paths.get(code, ()))]
    if lacking:
        raise Forbidden(
            f"{actor.name} may not {power} in {', '.join(lacking)}.",
            zh=f"{actor.name} 在 {'、'.join(lacking)} 没有“{power}”权限。",
        )


def require_townships(codes: Iterable[str], paths: Iterable[str]) -> None:
    """Raise unless codes are those of townships of one county that are known, or its own.

    The county's own code stands for the exclusive grids that belong to the county as such, and
    for nothing below it.

    Raises
    ------
    Invalid
        Names the first that is not.
    """
    known, listed = set(paths), list(codes)
    for code in listed:
        is_county = code.endswith("000000") and code[4:6] != "00"
        is_township = code.endswith("000") and code[6:9] != "000"
        if code not in known or not (is_township or is_county):
            raise Invalid(
                f"scope: {code} is not a township here; give the 9 or 12 digits of townships (or"
                " the county's own code, for exclusive grids of the county itself).",
                zh=f"范围：{code} 不是本部署的乡镇（街道），请填写乡镇的 9 位或 12 位代码"
                "（县级专属网格请填写县级代码）。",
                field="scope",
            )
    if len({code[:6] for code in listed}) > 1:
        raise Invalid(
            "scope: the townships lie in several counties; make a changeset for each.",
            zh="范围：所列乡镇分属不同县（市、区），请分别建立方案。",
            field="scope",
        )
