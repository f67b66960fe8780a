"""What PostgreSQL itself refuses, whoever writes."""

from collections.abc import Callable

import pytest
from psycopg2.errors import CheckViolation, ExclusionViolation, ForeignKeyViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis.db.session import WriteSession

COPY_VERSION = """
    INSERT INTO grid_version (
        county_code, grid_id, generations, valid, code, name, kind, division_code, geom, area_m2,
        perimeter_m, colour_index, label, label_radius_m, bounds_text)
    SELECT county_code, grid_id, {generations}, valid, code, name, kind, division_code, {geom},
           area_m2, perimeter_m, colour_index, label, label_radius_m, bounds_text
      FROM grid_version WHERE code = '990101101201001'
"""


def refused(session: WriteSession, statement: str) -> type[BaseException]:
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        session.execute(text(statement))
    return type(caught.value.orig)


@pytest.fixture
def copy_version(writer: WriteSession) -> Callable[..., type[BaseException]]:
    def copy(geom: str = "geom", generations: str = "int8range(100, NULL)") -> type[BaseException]:
        # The open version has to be closed first, or the exclusion constraint speaks first.
        writer.execute(text("UPDATE grid_version SET generations = int8range(1, 100)"))
        return refused(writer, COPY_VERSION.format(geom=geom, generations=generations))

    return copy


def test_coordinates_off_the_lattice_are_refused(copy_version) -> None:
    assert copy_version("ST_Translate(geom, 0.00000001, 0)") is CheckViolation


def test_self_crossing_polygons_are_refused(copy_version) -> None:
    bow_tie = (
        "ST_GeomFromText('MULTIPOLYGON(((115 34.5, 115.01 34.51, 115.01 34.5, 115 34.51,"
        " 115 34.5)))', 4490)"
    )
    assert copy_version(bow_tie) is CheckViolation


def test_clockwise_shells_are_refused(copy_version) -> None:
    assert copy_version("ST_ForcePolygonCW(geom)") is CheckViolation


def test_two_versions_of_one_grid_at_once_are_refused(writer: WriteSession) -> None:
    statement = COPY_VERSION.format(geom="geom", generations="int8range(5, NULL)")
    assert refused(writer, statement) is ExclusionViolation


def test_points_off_the_lattice_are_refused(writer: WriteSession) -> None:
    for table in ("household", "event", "asset"):
        moved = f"UPDATE {table} SET geom = ST_Translate(geom, 0.00000003, 0)"
        assert refused(writer, moved) is CheckViolation, table


def test_a_filed_grid_must_exist(writer: WriteSession) -> None:
    statement = "UPDATE household SET basic_grid_id = 999999"
    assert refused(writer, statement) is ForeignKeyViolation


def test_a_resolved_dispute_is_closed(writer: WriteSession) -> None:
    statement = "UPDATE event SET resolved = true, closed_at = NULL"
    assert refused(writer, statement) is CheckViolation


def test_nobody_reviews_his_own_draft(writer: WriteSession) -> None:
    writer.execute(
        text(
            "INSERT INTO changeset (county_code, changeset_id, title, author, base_generation,"
            " scope_codes) VALUES ('990101', 1, 't', 'li', 1, '{}')"
        )
    )
    statement = (
        "INSERT INTO review (county_code, changeset_id, changeset_version, author, reviewer,"
        " verdict) VALUES ('990101', 1, 1, 'li', 'li', 'approve')"
    )
    assert refused(writer, statement) is CheckViolation
