"""A Dask cluster of separate processes: a worker that is killed loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis.db.engine import make_engine
from gis.db.session import read_session
from gis.grids import load_locator, locate_frame
from tests.imports import ROOT, Gridmap

PARTS = 32
ROWS = 40_000
TIMEOUT_S = 120


@contextmanager
def running(*command: object) -> Iterator[subprocess.Popen[str]]:
    """Run a command as a process of its own until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_S)


def wait_for_line(process: subprocess.Popen[str], words: str) -> str:
    """Return the first line of the standard error with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"{words!r} was never said")


@pytest.fixture(scope="module")
def world(cluster, small_world) -> Gridmap:
    cluster.create_database("gridmap_test_locate_cluster", template=small_world)
    return Gridmap(cluster.url("gridmap_test_locate_cluster"))


def make_parts(folder: Path, count: int) -> pd.DataFrame:
    """Write a partitioned directory, and return all of its rows."""
    random = np.random.default_rng(4)
    frames = []
    for number in range(count):
        part = folder / f"township={number % 3}"
        part.mkdir(parents=True, exist_ok=True)
        x, y = random.uniform((114.998, 34.498), (115.042, 34.532), (ROWS, 2)).round(7).T
        frame = pd.DataFrame({"id": np.arange(ROWS) + number * ROWS, "lon": x, "lat": y})
        frame.to_parquet(part / f"part-{number:03d}.parquet")
        frames.append(frame)
    (folder / "_SUCCESS").touch()
    return pd.concat(frames, ignore_index=True)


def files(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return which files there are, and which version of each."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            found[path.relative_to(folder)] = (stat.st_ino, stat.st_mtime_ns)
    return found


def written(folder: Path) -> pd.DataFrame:
    parts = [pd.read_parquet(folder / path) for path in files(folder) if path.suffix == ".parquet"]
    return pd.concat(parts, ignore_index=True).sort_values("id", ignore_index=True)


def expected(world: Gridmap, frame: pd.DataFrame) -> pd.DataFrame:
    engine = make_engine(world.url, statement_timeout_s=0)
    with read_session(engine) as session:
        locator = load_locator(session)
    engine.dispose()
    return locate_frame(locator, frame, crs="EPSG:4490")


def assert_whole(world: Gridmap, given: pd.DataFrame, out: Path) -> None:
    found, wanted = written(out), expected(world, given)
    assert list(found["id"]) == list(given["id"])
    for name in ("basic_code", "exclusive_code", "responsible_code"):
        assert (found[name].fillna("") == wanted[name].fillna("")).all(), name
    assert not [path for path in files(out) if path.name.startswith(".")]


def test_a_worker_killed_in_mid_run_loses_nothing(world, tmp_path):
    given = make_parts(tmp_path / "in", PARTS)
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            running("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard")
        )
        address = wait_for_line(scheduler, "Scheduler at:").split()[-1]
        options = ("--no-nanny", "--nthreads", 1, "--host", "127.0.0.1", "--no-dashboard")
        workers = [
            stack.enter_context(running("worker", address, *options, "--name", name))
            for name in ("one", "two")
        ]
        for worker in workers:
            wait_for_line(worker, "Registered to:")
        command = (
            "locate", tmp_path / "in", tmp_path / "out", "--crs", "4490", "--dask", address
        )  # fmt: skip
        run = stack.enter_context(started(world, command))
        wait_for_line(run, "locating 25%")
        os.kill(workers[0].pid, signal.SIGKILL)
        workers[0].wait(timeout=TIMEOUT_S)
        early = files(tmp_path / "out")
        out, said = run.communicate(timeout=TIMEOUT_S)

        assert run.returncode == 0, said
        assert f"{PARTS * ROWS} rows read" in out
        assert "Traceback" not in said
        finished = [path for path in early if path.suffix == ".parquet" and path.name[0] != "."]
        assert PARTS // 4 <= len(finished) < PARTS
        late = files(tmp_path / "out")
        # What was finished when the worker died was not written again.
        assert {path: late[path] for path in finished} == {path: early[path] for path in finished}
        assert_whole(world, given, tmp_path / "out")

        again = world.spawn(*command)
        assert again.returncode == 0, again.stderr
        assert f"{PARTS * ROWS} rows read" in again.stdout
        assert files(tmp_path / "out") == late


@contextmanager
def started(world: Gridmap, command: tuple[object, ...]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gis.cli", *map(str, command)],
        cwd=ROOT,
        env={**os.environ, **world.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=TIMEOUT_S)


def test_processes_of_this_machine_and_a_url(world, tmp_path):
    given = make_parts(tmp_path / "in", 4)
    target = f"file://{tmp_path}/out"
    ran = world.spawn(
        "locate", f"file://{tmp_path}/in", target, "--crs", "4490", "--dask", "local:2"
    )

    assert ran.returncode == 0, ran.stderr
    assert_whole(world, given, tmp_path / "out")
    other = world.spawn(
        "locate", f"file://{tmp_path}/in", target, "--crs", "gcj02", "--dask", "local:1"
    )
    assert other.returncode == 1
    assert "another coordinate system" in other.stderr


def test_points_stay_points(world, tmp_path):
    (tmp_path / "in").mkdir()
    frame = pd.DataFrame({"id": range(200)})
    random = np.random.default_rng(1)
    points = gpd.points_from_xy(*random.uniform((115.0, 34.5), (115.04, 34.53), (200, 2)).T)
    given = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4490")
    given.to_parquet(tmp_path / "in" / "a.parquet")
    ran = world.spawn("locate", tmp_path / "in", tmp_path / "out", "--dask", "local:1")

    assert ran.returncode == 0, ran.stderr
    found = gpd.read_parquet(tmp_path / "out" / "a.parquet")
    assert found.crs.to_epsg() == 4490
    assert found.geometry.geom_equals(given.geometry).all()
    assert list(found["basic_code"]) == list(expected(world, given)["basic_code"])


def test_what_is_wrong_is_told_and_nothing_is_left(world, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.parquet").write_bytes(b"PAR1")
    damaged = world.spawn(
        "locate", tmp_path / "in", tmp_path / "out", "--crs", "4490", "--dask", "local:1"
    )
    empty = world.run(
        "locate", tmp_path / "out", tmp_path / "o2", "--crs", "4490", "--dask", "local:1"
    )
    nobody = world.run(
        "locate", tmp_path / "in", tmp_path / "o3", "--crs", "4490", "--dask", "local:none"
    )

    assert damaged.returncode == empty.code == nobody.code == 1
    assert "cut off" in damaged.stderr
    assert "Traceback" not in damaged.stderr
    assert "no .parquet" in empty.said
    assert "local:N" in nobody.said
    assert not list((tmp_path / "out").rglob("*.parquet"))
