"""The author says what system a file is in and which repairs are right; told is what changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from gis.boundaries.uploads.model import Upload
from gis.boundaries.uploads.preparing import Settings, prepare
from gis.boundaries.uploads.queries import get_upload, save_findings
from gis.boundaries.uploads.snapping import DEFAULT_SNAP_M
from gis.core.access import Actor
from gis.core.errors import Conflict, Invalid, Unavailable, UnknownCrs
from gis.db.session import WriteSession
from gis.profiles import Profile

MAX_SNAP_M = 20.0
PATIENCE_S = 10.0
_ROOM = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What an author confirms; what is None stays as it was.

    Attributes
    ----------
    crs
        Name of the coordinate system.
    columns
        Field → header; a header of None leaves the field to the stored grids.
    snap_m
        How far vertices may be moved onto known ones, in metres.
    accept
        Identities of repairs, or ``("all",)``.
    """

    crs: str | None = None
    columns: Mapping[str, str | None] | None = field(default=None)
    snap_m: float | None = None
    accept: tuple[str, ...] | None = None


def confirm_upload(
    session: WriteSession,
    actor: Actor,
    number: int,
    confirmation: Confirmation,
    profile: Profile,
) -> Upload:
    """Take what an author confirms, and find out what the file would change.

    Parameters
    ----------
    session
        With the scope in which the author drafts.
    actor
        The author.
    number
        Of the upload.
    confirmation
        What is confirmed.
    profile
        Of the deployment.

    Returns
    -------
    Upload
        With the report.

    Raises
    ------
    NotFound
        There is no such upload of the actor's.
    Conflict
        It has become a changeset already.
    UnknownCrs
        Nobody has said which coordinate system it is; ``extra["candidates"]``.
    Invalid
        Something that was said does not fit the file.
    Unavailable
        See `working`.
    """
    upload = get_upload(session, actor, number, lock=True)
    require_open(upload)
    settings = _settled(upload, confirmation)
    with working():
        prepared = prepare(session, upload, settings_of(settings), profile, is_kept=False)
    save_findings(session, upload, settings, prepared.report, prepared.features)
    return get_upload(session, actor, number)


@contextmanager
def working() -> Iterator[None]:
    """Wait for one's turn to compare a file; a large one takes minutes, and a thread.

    Raises
    ------
    Unavailable
        Others are at it.
    """
    if not _ROOM.acquire(timeout=PATIENCE_S):
        raise Unavailable(
            "Other files are being compared at this moment; try again in a minute.",
            zh="正在比对其他文件，请稍后再试。",
        )
    try:
        yield
    finally:
        _ROOM.release()


def require_open(upload: Upload) -> None:
    """Raise when an upload has become a changeset already.

    Raises
    ------
    Conflict
        Names the changeset.
    """
    if upload.state == "applied":
        raise Conflict(
            f"This file has become changeset {upload.changeset_id} already; go on there, or upload"
            " it again.",
            zh=f"该文件已生成调整方案 {upload.changeset_id}；请在方案中继续，或重新上传。",
            changeset_id=upload.changeset_id,
        )


def settings_of(document: Mapping[str, object]) -> Settings:
    """Return the settings of an upload as they are stored."""
    accept = document["accept"]
    return Settings(
        crs=str(document["crs"]),
        columns=dict(document["columns"]),  # type: ignore[call-overload]  # written by _settled
        snap_m=float(document["snap_m"]),  # type: ignore[arg-type]
        accept=None if accept == ["all"] else frozenset(accept),  # type: ignore[call-overload]
    )


def _settled(upload: Upload, confirmation: Confirmation) -> dict[str, object]:
    """Return what holds now: what is confirmed, else what was, else what goes without saying."""
    before = upload.settings
    crs = confirmation.crs or before.get("crs") or upload.report["crs_said"]
    if crs is None:
        listed = [one["crs"] for one in upload.report["crs_candidates"]]
        raise UnknownCrs(
            "crs: the file does not say its coordinate system; look at the candidates on the map"
            f" and confirm one: {', '.join(listed) or 'none fits'}.",
            zh="crs：文件没有说明坐标系，请在地图上核对并确认其一："
            f"{'、'.join(listed) or '没有合适的坐标系'}。",
            candidates=listed,
        )
    snap_m = before.get("snap_m", DEFAULT_SNAP_M)
    if confirmation.snap_m is not None:
        snap_m = confirmation.snap_m
    if not 0 <= snap_m <= MAX_SNAP_M:
        raise Invalid(
            f"snap_m: must lie between 0 and {MAX_SNAP_M:g} metres.",
            zh=f"snap_m：须在 0 至 {MAX_SNAP_M:g} 米之间。",
            field="snap_m",
        )
    accept = before.get("accept", [])
    if confirmation.accept is not None:
        accept = sorted(set(confirmation.accept))
    columns = before.get("columns", {})
    if confirmation.columns is not None:
        columns = dict(confirmation.columns)
    return {"crs": crs, "columns": columns, "snap_m": snap_m, "accept": accept}
