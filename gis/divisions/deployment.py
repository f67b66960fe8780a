"""What this database holds: the one row that every page and command reads first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from gis.core.errors import Conflict, Unavailable
from gis.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Deployment:
    """Profile, root division, and whether the data is generated (示意)."""

    profile: str
    root_code: str
    is_schematic: bool
    seed: int | None = None
    fraction: float | None = None


def found_deployment(session: WriteSession, deployment: Deployment) -> None:
    """Write what an empty database will hold.

    Raises
    ------
    Conflict
        The database holds a deployment already.
    """
    present = find_deployment(ReadSession(session))
    if present is not None:
        raise Conflict(
            f"the database already holds the deployment {present.profile!r}; use an empty one",
            zh=f"数据库中已有部署“{present.profile}”，请使用空数据库",
        )
    session.execute(
        text(
            "INSERT INTO deployment (profile, root_code, is_schematic, seed, fraction)"
            " VALUES (:profile, :root_code, :is_schematic, :seed, :fraction)"
        ),
        {
            "profile": deployment.profile,
            "root_code": deployment.root_code,
            "is_schematic": deployment.is_schematic,
            "seed": deployment.seed,
            "fraction": deployment.fraction,
        },
    )


def find_deployment(session: ReadSession) -> Deployment | None:
    """Return what the database holds, or nothing when it is empty."""
    row = session.execute(
        text("SELECT profile, root_code, is_schematic, seed, fraction FROM deployment")
    ).one_or_none()
    return None if row is None else Deployment(**row._mapping)


def get_deployment(session: ReadSession) -> Deployment:
    """Return what the database holds.

    Raises
    ------
    Unavailable
        The database is empty.
    """
    deployment = find_deployment(session)
    if deployment is None:
        raise Unavailable(
            "The database is empty; load a demo with `./run demo`, or divisions with"
            " `gridmap import-divisions`.",
            zh="数据库为空；请运行 ./run demo，或用 gridmap import-divisions 导入行政区划。",
        )
    return deployment
