"""Planners who overlap, at once, over HTTP, while events come in: and what must hold afterwards."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from api.app import create_app
from gis.boundaries.checking import check_database
from gis.core import clock
from gis.core.chain import chain_residual
from gis.db.engine import make_engine
from gis.db.session import read_session, write_session
from gis.profiles import Profile, load_profile
from gis.settings import Settings
from tests import factories
from tests.api.planners import KINDS, Caller, Planner, Reporter, Tally, give_keys
from tests.api.server import serving, settings_for
from tests.db.test_publish_random import wide_world
from tests.drafting import PROFILE, values
from tests.faults.forking import Nursery, free_port

_HELD = "upper_inf(generations) AND upper_inf(valid)"


@dataclass(frozen=True)
class Field:
    """A county to plan in."""

    url: str
    profile: Profile
    profiles: str
    townships: tuple[str, ...]

    def people(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Planners whose townships overlap, reviewers, and those who report."""
        county = f"{self.townships[0][:6]}000000"
        ring = itertools.pairwise([*self.townships, self.townships[0]])
        planners = {
            f"planner_{n}": (("planner", one), ("planner", other))
            for n, (one, other) in enumerate(ring)
        }
        planners["planner_county"] = (("planner", county),)
        reviewers = {f"reviewer_{n}": (("reviewer", county),) for n in range(2)}
        reporters = {f"reporter_{n}": (("reporter", county),) for n in range(2)}
        return planners | reviewers | reporters


@dataclass(frozen=True)
class Before:
    """What was there before anybody planned."""

    shapes: np.ndarray
    households: int
    events: int


def before(engine: Engine) -> Before:
    counted = values(engine, "SELECT (SELECT count(*) FROM household), count(*) FROM event")[0]
    return Before(_basic(engine, f"{_HELD}"), counted[0], counted[1])


def plan_at_once(
    field: Field, engine: Engine, servers: Sequence[str], wanted: int, *, longest: int, seed: int
) -> Tally:
    """Let everybody work, by turns with one server and another, until enough was accepted."""
    tally, people = Tally(wanted), field.people()
    give_keys(engine, people)
    boxes = shapely.bounds(_basic(engine, _HELD))
    turns = itertools.cycle(servers)
    callers = {name: Caller(next(turns), name, tally) for name in people}
    planners = [
        Planner(
            seed + n,
            callers[name],
            callers[f"reviewer_{n % 2}"],
            [d for _, d in people[name] if not d.endswith("000000")] or field.townships,
            longest=longest,
        )
        for n, name in enumerate(name for name in people if name.startswith("planner"))
    ]
    reporters = [Reporter(callers[f"reporter_{n}"], boxes, n) for n in range(2)]
    for thread in (*reporters, *planners):
        thread.start()
    for planner in planners:
        planner.join()
    for reporter in reporters:
        reporter.stop()
    for generation, told in tally.told.items():
        for division, digest in told.items():
            if callers["reviewer_0"].digest(division, generation) != digest:
                tally.fail(f"generation {generation} of {division} is not what it was")
    for caller in callers.values():
        caller.close()
    return tally


def broken(field: Field, engine: Engine, since: Before, tally: Tally) -> Iterator[str]:
    """Yield what does not hold."""
    with read_session(engine) as session:
        for finding in check_database(session, field.profile):
            if finding.slug != "heads":  # nobody appoints those of new grids here
                yield from (f"{finding.slug}: {fault.detail}" for fault in finding.faults)
    now = _basic(engine, _HELD)
    if len(chain_residual(now, outline=since.shapes)):
        yield "the basic grids do not cover what they covered"
    if not shapely.coverage_is_valid(now):
        yield "GEOS: no coverage"
    yield from _by_postgis(engine)
    stored = {row[0] for row in values(engine, "SELECT event_no FROM event")}
    if tally.events - stored or len(stored) != since.events + len(tally.events):
        yield f"{len(tally.events)} events were acknowledged; stored are {len(stored)}"
    if values(engine, "SELECT count(*) FROM household")[0][0] != since.households:
        yield "households were lost"
    yield from _generations(engine, since)


def _by_postgis(engine: Engine) -> Iterator[str]:
    """Yield what PostGIS finds wrong, by means that are not ours."""
    for what, statement in {
        "invalid": f"SELECT code FROM grid_version WHERE {_HELD} AND NOT ST_IsValid(geom)",
        "overlap": f"WITH now AS MATERIALIZED (SELECT code, kind, lattice(geom) AS geom"
        f"  FROM grid_version WHERE {_HELD}) SELECT a.code FROM now AS a JOIN now AS b"
        " ON a.code < b.code AND (a.kind = 'exclusive') = (b.kind = 'exclusive')"
        " AND a.geom && b.geom AND ST_Relate(a.geom, b.geom, '2********')",
        "event in a grid that is no more": "SELECT event_no FROM event AS e,"
        " unnest(ARRAY[basic_grid_id, exclusive_grid_id]) AS of (grid_id) WHERE of.grid_id"
        " IS NOT NULL AND NOT EXISTS (SELECT FROM grid_version AS v"
        f" WHERE v.grid_id = of.grid_id AND {_HELD})",
        "household in a grid that is no more": "SELECT household_no FROM household AS h WHERE NOT"
        f" EXISTS (SELECT FROM grid_version AS v WHERE v.grid_id = h.basic_grid_id AND {_HELD})",
        "shares of lineage": "SELECT generation FROM lineage GROUP BY generation, parent_id"
        " HAVING abs(sum(area_share) - 1) > 1e-9 OR abs(sum(household_share) - 1) > 1e-9",
        "two versions at once": "SELECT a.code FROM grid_version AS a JOIN grid_version AS b"
        " ON a.grid_id = b.grid_id AND a.grid_version_id < b.grid_version_id"
        " AND a.generations && b.generations AND a.valid && b.valid",
    }.items():
        yield from (f"PostGIS: {what}: {row[0]}" for row in values(engine, statement))


def _generations(engine: Engine, since: Before) -> Iterator[str]:
    """Yield generations that do not tile as of their own first day, or today."""
    rows = values(
        engine,
        "SELECT lower(generations), coalesce(upper(generations), 2147483647), lower(valid),"
        "  coalesce(upper(valid), DATE '9999-01-01'), ST_AsBinary(geom) FROM grid_version"
        " WHERE kind <> 'exclusive'",
    )
    first, end, day, until = (np.array(column) for column in list(zip(*rows, strict=True))[:4])
    shapes = shapely.from_wkb([bytes(row[4]) for row in rows])
    today = clock.today()
    for generation, effective in values(
        engine, "SELECT generation, effective_from FROM generation"
    ):
        for moment in sorted({effective, today}):
            held = (first <= generation) & (generation < end) & (day <= moment) & (moment < until)
            if len(chain_residual(shapes[held], outline=since.shapes)):
                yield f"generation {generation} does not tile as of {moment}"


def _basic(engine: Engine, condition: str) -> np.ndarray:
    rows = values(
        engine,
        "SELECT ST_AsBinary(geom) FROM grid_version"
        f" WHERE kind <> 'exclusive' AND {condition} ORDER BY code",
    )
    return np.array(shapely.from_wkb([bytes(row[0]) for row in rows]), dtype=object)


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    engine = make_engine(url, statement_timeout_s=0)
    yield engine
    engine.dispose()


@contextmanager
def serving_processes(field: Field, folder: Path, count: int) -> Iterator[list[str]]:
    """Run servers as processes of their own; gives where they are."""
    nursery = Nursery(folder / "servers.log", lambda _told: None)
    environment = {
        "DATABASE_URL": field.url,
        "GRIDMAP_ANONYMOUS": "none",
        "GRIDMAP_RATE_PER_MINUTE": "0",
        "GRIDMAP_PROFILES_DIR": field.profiles,
        "GRIDMAP_STATE_DIR": str(folder),
    }
    ports = [free_port() for _ in range(count)]
    try:
        nursery.start(
            *(
                {"task": "api", "name": f"api-{n}", "port": port, "environment": environment}
                for n, port in enumerate(ports)
            )
        )
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        nursery.close()


@pytest.fixture(scope="module")
def wide(cluster, migrated: str) -> Iterator[Field]:
    """A county of 64 grids in two townships, with 400 households."""
    cluster.create_database("gridmap_test_planners", template=migrated)
    url = cluster.url("gridmap_test_planners")
    with engine_on(url) as engine, write_session(engine) as session:
        wide_world(session)
    yield Field(url, PROFILE, str(factories.PROFILES), factories.TOWNSHIPS)
    cluster.drop_database("gridmap_test_planners")


def test_planners_at_once(wide: Field, tmp_path) -> None:
    more = {"anonymous": "none", "state_dir": tmp_path}
    app = create_app(settings_for(wide.url, **more))
    with engine_on(wide.url) as engine, serving(app) as client:
        since = before(engine)
        tally = plan_at_once(wide, engine, [str(client.base_url)], 60, longest=7, seed=1)
        assert tally.failures == []
        assert list(broken(wide, engine, since, tally)) == []
    assert len(tally.told) > 3
    assert tally.events


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.xdist_group("minquan")
def test_planners_at_once_for_long(
    cluster, demo_url: Callable[[str], str], tmp_path, clone, capsys
) -> None:
    """Five thousand accepted operations on a whole county; the figures are printed."""
    settings = Settings()
    template = demo_url("minquan").rpartition("/")[2].partition("?")[0]
    url = clone(template)
    with engine_on(url) as engine:
        codes = values(
            engine,
            "SELECT code FROM division WHERE level = 'township' ORDER BY code LIMIT 4",
        )
        field = Field(
            url,
            load_profile("minquan", settings.profiles_dir),
            str(settings.profiles_dir),
            tuple(row[0] for row in codes),
        )
        since, begun = before(engine), time.perf_counter()
        wanted = int(os.environ.get("GRIDMAP_TEST_OPERATIONS", "5000"))
        with serving_processes(field, tmp_path, 2) as servers:
            tally = plan_at_once(field, engine, servers, wanted, longest=16, seed=2)
        seconds = time.perf_counter() - begun
        with capsys.disabled():
            tell(tally, seconds)
        assert tally.failures == []
        assert list(broken(field, engine, since, tally)) == []
    assert set(tally.accepted) == set(KINDS)


def tell(tally: Tally, seconds: float) -> None:
    """Print what was done."""
    told = {
        "accepted": {**tally.accepted, "in all": tally.accepted.total()},
        "refused": tally.refused,
        "conflicts": tally.conflicts,
        "deeds": tally.deeds,
        "generations": len(tally.told),
        "events": len(tally.events),
        "seconds": round(seconds),
    }
    sys.stdout.write(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
