"""Loading into empty tables: quicker, and not one promise less."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis.db.bulk_loading import LEAST_ROWS, bulk_loading
from gis.db.copying import (
    copy_columns,
    copy_frame,
    ewkb,
    point_column,
    point_ewkb,
    reserve_ids,
)
from gis.db.engine import make_engine
from gis.db.session import WriteSession, as_reader, write_session
from gis.events import load_events
from gis.events.model import event_number
from gis.grids import load_locator
from gis.households import load_households
from tests import factories

TABLES = ("household", "event", "event_step")


@pytest.fixture
def bare_engine(empty_engine):
    """The small county with its grids, and nobody in it."""
    with write_session(empty_engine) as session:
        factories.load_boundaries(session)
    return empty_engine


def made(session: WriteSession) -> list[tuple]:
    """Return every index and constraint of the tables, as they are defined."""
    statement = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid::regclass::text = ANY(:tables) UNION ALL"
        " SELECT indrelid::regclass::text, indexrelid::regclass::text,"
        "        pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid::regclass::text = ANY(:tables) ORDER BY 1, 2, 3"
    )
    return [tuple(row) for row in session.execute(statement, {"tables": list(TABLES)})]


def contents(engine, table: str, *left_out: str) -> list[dict]:
    with write_session(engine) as session:
        rows = session.execute(text(f'SELECT * FROM "{table}" ORDER BY 1, 2, 3')).mappings().all()
    return [{k: str(v) for k, v in row.items() if k not in left_out} for row in rows]


def test_everything_is_there_again_afterwards(bare_engine):
    with write_session(bare_engine) as session:
        before = made(session)
        with bulk_loading(session, TABLES, LEAST_ROWS) as left_out:
            assert left_out
            kept = made(session)
            locator = load_locator(as_reader(session))
            load_households(session, factories.households(), locator)
            load_events(session, factories.events(), locator)
    assert [row for row in kept if "FOREIGN KEY" in row[2] or "INDEX" in row[2]] == []
    assert [row for row in kept if "CHECK" in row[2]] == [
        row for row in before if "CHECK" in row[2]
    ]
    with write_session(bare_engine) as session:
        assert made(session) == before
    assert len(before) > 30


def test_the_rows_are_the_same_either_way(bare_engine, world_engine):
    for table in TABLES:
        with write_session(bare_engine) as session:
            session.execute(text(f'TRUNCATE "{table}" RESTART IDENTITY CASCADE'))
    with write_session(bare_engine) as session:
        locator = load_locator(as_reader(session))
        with bulk_loading(session, TABLES, LEAST_ROWS):
            load_households(session, factories.households(), locator)
            load_events(session, factories.events(), locator)

    for table in TABLES:
        one = contents(bare_engine, table, "updated_at", "created_at")
        assert one == contents(world_engine, table, "updated_at", "created_at")
        assert len(one) >= factories.Tally.events


def broken(column: str, value: object) -> pd.DataFrame:
    frame = factories.households()
    return frame.assign(**{column: [value, *frame[column].tolist()[1:]]})


@pytest.mark.parametrize(
    "frame",
    [broken("household_no", "H000001"), broken("registered_count", -1)],
    ids=["twice", "below zero"],
)
def test_a_row_that_breaks_a_rule_leaves_nothing(bare_engine, frame):
    with write_session(bare_engine) as session:
        before = made(session)
        locator = load_locator(as_reader(session))

    def load() -> None:
        with (
            write_session(bare_engine) as session,
            bulk_loading(session, TABLES, LEAST_ROWS) as left_out,
        ):
            assert left_out
            load_households(session, frame, locator)

    with pytest.raises((psycopg2.IntegrityError, IntegrityError)):
        load()
    with write_session(bare_engine) as session:
        assert made(session) == before
    assert contents(bare_engine, "household") == []


def test_a_grid_that_does_not_exist_is_found_out(bare_engine):
    def load() -> None:
        with write_session(bare_engine) as session:
            locator = load_locator(as_reader(session))
            with bulk_loading(session, TABLES, LEAST_ROWS):
                load_households(session, factories.households(), locator)
                session.execute(text("UPDATE household SET basic_grid_id = 999999"))

    with pytest.raises((psycopg2.IntegrityError, IntegrityError)):
        load()
    assert contents(bare_engine, "household") == []


def test_tables_in_use_are_left_as_they_are(bare_engine, world_engine):
    with write_session(world_engine) as session, bulk_loading(session, TABLES, 10**6) as left_out:
        assert not left_out  # there are rows
        with write_session(world_engine) as reader:  # and nobody has to wait for them
            reader.execute(text("LOCK TABLE household IN ACCESS SHARE MODE NOWAIT"))
    with write_session(bare_engine) as session, bulk_loading(session, TABLES, 10) as left_out:
        assert not left_out  # there are few to come
    other = make_engine(bare_engine.url, statement_timeout_s=30)
    with write_session(other) as holder:
        holder.execute(text("SELECT count(*) FROM household"))
        with write_session(bare_engine) as session:
            locator = load_locator(as_reader(session))
            with bulk_loading(session, TABLES, 10**6) as left_out:
                assert not left_out  # somebody reads
                load_households(session, factories.households(), locator)
    other.dispose()
    assert len(contents(bare_engine, "household")) == factories.Tally.households


def test_every_kind_of_value_arrives_as_it_is(bare_engine):
    zone = dt.timezone(dt.timedelta(hours=8))
    columns = {
        "words": ["", None, 'a "b", c', "两行\n文字\r\\N", "NULL", " x "],
        "whole": pd.array([1, None, -3, 4, 5, 6], dtype="Int64"),
        "real": np.array([0.1, np.nan, 115.1910885, 1e-300, -0.0, 1e22]),
        "truth": pd.array([True, None, False, True, True, True], dtype="boolean"),
        "moment": pd.Series(
            [dt.datetime(2025, 6, 1, 8, 0, 0, 123456, tzinfo=zone), pd.NaT] + [pd.NaT] * 4
        ),
        "day": [dt.date(2025, 2, 28), None, None, None, None, None],
        "about": ['{"a": 1}', None, None, None, None, None],
        "mixed": np.array([1, "x", 2.5, None, np.nan, "y"], dtype=object),
        "same": "EPSG:4490",
        "nothing": None,
    }
    with write_session(bare_engine) as session:
        session.execute(
            text(
                "CREATE TABLE kinds (words text, whole int, real float8, truth bool,"
                " moment timestamptz, day date, about jsonb, mixed text, same text, nothing int)"
            )
        )
        assert copy_columns(session, "kinds", columns, 6) == 6
        rows = session.execute(text("SELECT * FROM kinds")).mappings().all()

    def got(name: str) -> list[object]:
        return [row[name] for row in rows]

    assert got("words") == columns["words"]
    assert got("whole") == [1, None, -3, 4, 5, 6]
    assert got("real") == [0.1, None, 115.1910885, 1e-300, -0.0, 1e22]
    assert got("truth") == [True, None, False, True, True, True]
    assert got("moment")[0] == columns["moment"][0]
    assert got("moment")[1:] == [None] * 5
    assert got("day") == columns["day"]
    assert got("about") == [{"a": 1}] + [None] * 5
    assert got("mixed") == ["1", "x", "2.5", None, None, "y"]
    assert got("same") == ["EPSG:4490"] * 6
    assert got("nothing") == [None] * 6


def test_an_empty_frame_writes_nothing(bare_engine):
    with write_session(bare_engine) as session:
        locator = load_locator(as_reader(session))
        assert load_households(session, factories.households().head(0), locator) == 0
        assert load_events(session, factories.events().head(0), locator) == 0
        assert copy_frame(session, "household", pd.DataFrame({"household_no": []})) == 0


def test_numbers_taken_at_the_same_time_are_taken_once(bare_engine):
    def take(count: int) -> list[int]:
        with write_session(bare_engine) as session:
            return reserve_ids(session, "event", "event_id", count).tolist()

    counts = [3_000] * 12 + [1, 0]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, counts))

    assert [len(numbers) for numbers in taken] == counts
    assert all(numbers == sorted(numbers) for numbers in taken)
    assert len({number for numbers in taken for number in numbers}) == sum(counts)


def test_points_are_written_as_shapely_writes_them():
    lon, lat = factories.positions(500, seed=6)

    assert list(point_ewkb(lon, lat)) == list(ewkb(shapely.points(lon, lat)))
    assert isinstance(point_column(lon, lat), pa.Array)


def test_events_are_numbered_by_the_day_in_china(world_engine):
    rows = contents(world_engine, "event")
    with write_session(world_engine) as session:
        found = session.execute(
            text("SELECT event_no, reported_at, county_code, event_id FROM event")
        )
        for row in found:
            assert row.event_no == event_number(row.reported_at, row.county_code, row.event_id)
    assert len({row["event_no"] for row in rows}) == len(rows)
