"""PostgreSQL killed in the middle of an import: afterwards the database is as it was before.

The middle is held open by a lock: another transaction has what the import wants next, so that the
server dies while the import waits with a part of its rows written.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from gis.db.cluster import Cluster
from gis.db.cluster.process import find_postmaster, wait_for_end
from gis.db.engine import make_engine
from gis.db.migrate import upgrade
from tests import factories
from tests.imports import ROOT, Gridmap, chinese_grids, event_rows, household_rows, write_csv

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of this file's own, since it is killed."""
    cluster = Cluster(tmp_path_factory.mktemp("killed"))
    cluster.start()
    cluster.create_database("gridmap_test_template")
    url = cluster.url("gridmap_test_template")
    upgrade(url)
    engine = make_engine(url, statement_timeout_s=0)
    factories.load_small_world(engine)
    engine.dispose()
    yield cluster
    cluster.destroy()


@pytest.fixture
def gridmap(own_cluster: Cluster) -> Iterator[Gridmap]:
    own_cluster.create_database("gridmap_test_victim", template="gridmap_test_template")
    yield Gridmap(own_cluster.url("gridmap_test_victim"))
    own_cluster.drop_database("gridmap_test_victim")


def household_file(folder: Path) -> tuple[object, ...]:
    file = write_csv(folder / "h.csv", household_rows(400))
    return ("import-households", file, "--crs", "4490")


def event_file(folder: Path) -> tuple[object, ...]:
    file = write_csv(folder / "e.csv", event_rows(400))
    return ("import-events", file, "--crs", "4490", "--source", "test")


def boundary_file(folder: Path) -> tuple[object, ...]:
    """Two neighbours exchange their codes, so that everybody in them is filed anew."""
    grids = chinese_grids()
    first, second = grids.loc[0, "网格编码"], grids.loc[1, "网格编码"]
    grids.loc[[0, 1], "网格编码"] = [second, first]
    grids.to_file(folder / "g.gpkg", driver="GPKG")
    return ("import-boundaries", folder / "g.gpkg")


#: What the import has to wait for after it has written a part of its rows.
CASES = [
    (
        household_file,
        "INSERT INTO household (county_code, household_no, registered_count, resident_count,"
        " floating_count, party_member_count, position_x, position_y, position_crs, geom,"
        " filed_generation) SELECT county_code, 'N00200', 0, 0, 0, 0, 0, 0, '', geom,"
        " filed_generation FROM household LIMIT 1",
    ),
    (
        event_file,
        "INSERT INTO event (county_code, event_no, source, source_id, title, category_code, level,"
        " channel, occurred_at, reported_at, workflow, state, phase, position_x, position_y,"
        " position_crs, geom, filed_generation) SELECT county_code, 'x', 'test', 'W00200', '',"
        " category_code, level, channel, occurred_at, reported_at, workflow, state, phase, 0, 0,"
        " '', geom, filed_generation FROM event LIMIT 1",
    ),
    (boundary_file, "SELECT 1 FROM household FOR UPDATE"),
]


@pytest.mark.parametrize(("make", "holding"), CASES, ids=["households", "events", "boundaries"])
def test_killed_in_the_middle(
    own_cluster: Cluster, gridmap: Gridmap, tmp_path: Path, make: object, holding: str
) -> None:
    command = make(tmp_path)
    before = gridmap.fingerprint()
    holder = psycopg2.connect(gridmap.url)
    holder.cursor().execute(holding)
    process = start(gridmap, command)
    wait_until_held(gridmap, process)
    kill_server(gridmap)
    _, stderr = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 1
    assert "nothing was changed" in stderr
    assert "Traceback" not in stderr
    holder.close()

    own_cluster.start()
    revived = Gridmap(own_cluster.url("gridmap_test_victim"))
    assert revived.fingerprint() == before
    assert revived.run("check").code == 0
    again = revived.run(*command)
    assert again.code == 0, again.said
    assert revived.fingerprint() != before
    assert revived.run("check").code == 0


def start(gridmap: Gridmap, command: tuple[object, ...]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gis.cli", *map(str, command)],
        cwd=ROOT,
        env={**os.environ, **gridmap.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_held(gridmap: Gridmap, process: subprocess.Popen[str]) -> None:
    """Return as soon as the import waits for the lock; pytest's own time-out ends it else."""
    watcher = psycopg2.connect(gridmap.url)
    watcher.autocommit = True
    with watcher.cursor() as cursor:
        held = 0
        while not held:
            assert process.poll() is None, process.communicate()
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gridmap'"
                " AND datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
            )
            held = cursor.fetchone()[0]
    watcher.close()


def kill_server(gridmap: Gridmap) -> None:
    data = Path(gridmap.query("SHOW data_directory")[0][0])
    running = find_postmaster(data)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    assert wait_for_end(running.pid, timeout_s=TIMEOUT_S)
