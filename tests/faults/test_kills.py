"""Kills under load: what was acknowledged is there, and nothing is half.

Hundreds of them are `./run bench faults`; its figures are in docs/reliability.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis.db.cluster import Cluster
from tests.faults.proof import prove
from tests.faults.storm import Storm, make_template

KINDS = (
    ("api", 2),
    ("postgres", 2),
    ("postgres_immediately", 1),
    ("session", 1),
    ("publisher", 1),
    ("everything", 1),
)


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    cluster = Cluster(tmp_path / "cluster")
    cluster.start()
    make_template(cluster)
    storm = Storm(cluster, tmp_path)
    yield storm
    storm.close()
    cluster.destroy()


def test_kills_lose_nothing(storm: Storm) -> None:
    with storm.round():
        for kind, times in KINDS:
            for _ in range(times):
                storm.kill(kind)

    assert storm.tally.losses == []
    assert storm.ledger.wrong == []
    assert storm.tally.counted == sum(times for kind, times in KINDS if kind != "publisher")
    assert storm.tally.events > 50
    assert storm.tally.publications > 1


HARM = {
    "was acknowledged": (None, {"K1": "99010120260101000001"}, {}),
    "was published": (None, {}, {2: "second"}),
    "without its first step": (
        "DELETE FROM event_step WHERE event_id = (SELECT max(event_id) FROM event)",
        {},
        {},
    ),
    "does not hold what was published": (
        "UPDATE grid_version SET code = '990101102202009' WHERE code = '990101102202003'",
        {},
        {},
    ),
    "filed into another grid": (
        "UPDATE event SET basic_grid_id = basic_grid_id % 12 + 1"
        " WHERE event_id = (SELECT max(event_id) FROM event WHERE basic_grid_id IS NOT NULL)",
        {},
        {},
    ),
    "outlines": ("DELETE FROM division_outline WHERE division_code = '990101101201'", {}, {}),
}


@pytest.mark.parametrize("words", HARM)
def test_the_proof_finds_what_is_lost(world_engine: Engine, words: str) -> None:
    statement, promised, published = HARM[words]
    with world_engine.begin() as connection:
        connection.execute(text("UPDATE event SET source = 'kills'"))
        if statement is not None:
            connection.execute(text(statement))
    losses = prove(world_engine, promised, published).losses
    assert any(words in loss for loss in losses), losses


def test_the_proof_finds_nothing_where_nothing_is_lost(world_engine: Engine) -> None:
    assert prove(world_engine, {}, {1: "small world"}).losses == ()
