"""What was published stays as it was: nobody changes an old generation, and if, it shows."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gis.core.access import WHOLE
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import write_session
from tests.drafting import cut, draft, faults, publish, values

ENDED = "NOT upper_inf(generations)"


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE grid_version SET name = 'x'",
        "UPDATE grid_version SET geom = geom",
        "UPDATE grid_version SET valid = '[2020-01-01,)'",
        "UPDATE division_outline SET area_m2 = 1",
        "DELETE FROM grid_version",
        "DELETE FROM division_outline",
        "DELETE FROM lineage",
        "UPDATE lineage SET area_share = 1",
        "UPDATE generation SET content_hash = 'x'",
        "UPDATE refiling SET generation = 1",
    ],
)
def test_the_server_cannot_change_what_was_published(world_url: str, deed: str) -> None:
    engine = make_engine(api_url(world_url), statement_timeout_s=30)
    with pytest.raises(DBAPIError, match="permission denied"), write_session(engine, WHOLE) as s:
        s.execute(text(deed))
    engine.dispose()


@pytest.mark.parametrize("table", ["grid_version", "division_outline"])
def test_a_version_is_ended_once_by_anybody(world_engine: Engine, table: str) -> None:
    publish(world_engine, draft(world_engine, cut()))
    publish(world_engine, draft(world_engine, cut(f"{cut().grid[:12]}001", south=-20_000)))
    tampering = [
        f"UPDATE {table} SET generations = int8range(lower(generations), NULL) WHERE {ENDED}",
        f"UPDATE {table} SET generations = int8range(lower(generations), 99) WHERE {ENDED}",
        f"UPDATE {table} SET generations = int8range(lower(generations) + 1, NULL)",
        f"UPDATE {table} SET generations = int8range(0, 99) WHERE NOT {ENDED}",
    ]
    if table == "division_outline":  # a split within a township ends none
        tampering = tampering[2:]
    for statement in tampering:
        with pytest.raises(DBAPIError, match="a version is ended once"), world_engine.begin() as o:
            o.execute(text(statement))


def test_boundaries_changed_behind_our_back_are_found(world_engine: Engine) -> None:
    """The owner of the tables may do anything; what he did to an old generation shows."""
    for operation in (cut(), cut(f"{cut().grid[:12]}001", south=-20_000, north=120_000)):
        publish(world_engine, draft(world_engine, operation))
    assert faults(world_engine) == []
    parents = values(
        world_engine,
        "SELECT grid_version_id FROM grid_version AS v WHERE upper(generations) = 2"
        f" AND code = '{cut().grid}'",
    )
    children = values(
        world_engine,
        "SELECT grid_version_id FROM grid_version AS v WHERE upper(generations) = 3"
        " AND lower(generations) = 2",
    )
    other = "(SELECT geom FROM grid_version WHERE kind = 'exclusive' LIMIT 1)"
    tampering = text(f"UPDATE grid_version SET geom = {other} WHERE grid_version_id = :id")
    for version, generation in ((parents[0][0], 1), (children[0][0], 2)):
        with world_engine.begin() as owner:
            owner.execute(tampering, {"id": version})
        assert f"{generation} does not hold the boundaries that were published" in " ".join(
            faults(world_engine)
        )
