"""An upload becomes a changeset: worked out anew on the boundaries of this moment."""

from __future__ import annotations

from gis.boundaries.drafts import Changeset, apply_operation, create_changeset, get_changeset
from gis.boundaries.drafts.queries import set_fields
from gis.boundaries.uploads.confirming import require_open, settings_of, working
from gis.boundaries.uploads.preparing import prepare
from gis.boundaries.uploads.queries import get_upload, mark_applied
from gis.core.access import Actor
from gis.core.errors import Conflict
from gis.db.session import WriteSession
from gis.profiles import Profile

MAX_TITLE = 120


def apply_upload(
    session: WriteSession,
    actor: Actor,
    number: int,
    profile: Profile,
    *,
    title: str | None = None,
    reason: str = "",
) -> Changeset:
    """Make a changeset of what a file changes.

    Parameters
    ----------
    session
        With the scope in which the author drafts.
    actor
        The author.
    number
        Of the upload.
    profile
        Of the deployment.
    title, reason
        Of the changeset; the name of the file by default.

    Returns
    -------
    Changeset
        A draft with one `replace` for each layer that changes, and only the grids that change.

    Raises
    ------
    NotFound
        There is no such upload of the actor's.
    Conflict
        Nothing is confirmed yet, nothing changes, or it was applied before.
    EditRefused
        The changes break a rule; ``extra["errors"]`` tells where.
    Forbidden
        The actor does not draft in a township that changes.
    Unavailable
        Other files are being compared.
    """
    upload = get_upload(session, actor, number, lock=True)
    require_open(upload)
    if upload.state == "read":
        raise Conflict(
            "Confirm the coordinate system of the file first.", zh="请先确认文件的坐标系。"
        )
    with working():
        prepared = prepare(session, upload, settings_of(upload.settings), profile, is_kept=True)
    if not prepared.operations:
        raise Conflict(
            "There is nothing to change: the grids of the file are those that are stored, or wait"
            " for repairs to be accepted.",
            zh="没有可应用的变更：文件中的网格与现有网格一致，或尚待接受修补建议。",
        )
    changeset = create_changeset(
        session,
        actor,
        title=(title or upload.filename)[:MAX_TITLE],
        reason=reason,
        effective_from=None,
        scope_codes=sorted(f"{code}000" for code in prepared.touched),
    )
    set_fields(session, changeset, by=actor.name, kind="import")
    changeset = get_changeset(session, changeset.changeset_id)
    for operation in prepared.operations:
        outcome = apply_operation(
            session, actor, changeset.changeset_id, changeset.version, operation
        )
        changeset = outcome.changeset
    mark_applied(session, upload, changeset.changeset_id)
    return changeset
