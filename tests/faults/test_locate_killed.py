"""``kill -9`` on a long run over a file: gone on with, it writes the very bytes of an unbroken run.

The run is killed wherever it happens to be after its first finished part. So that it cannot be at
its end by then, it waits before the last rows for a line that is never sent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from gis.batch import Kit, LocateFile, Tally, load_kit, locate_file
from gis.batch.sources import Wanted
from gis.core.errors import Conflict
from gis.db.engine import make_engine
from gis.db.session import read_session
from gis.profiles import load_profile
from tests import factories
from tests.imports import ROOT

ROWS = 200_000
BATCH_ROWS = 10_000
TIMEOUT_S = 120
#: What a person's run of hours does, with parts of seconds.
RUN = """
import sys
from pathlib import Path
from tests.faults import test_locate_killed as here

def held(_zh, _en, share=0.0):
    if share > 0.9:
        sys.stdin.readline()

here.run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), progress=held)
"""


def load(url: str) -> Kit:
    engine = make_engine(url, statement_timeout_s=0)
    with read_session(engine) as session:
        kit = load_kit(session, load_profile("testcounty", factories.PROFILES))
    engine.dispose()
    return kit


def run(url: str, source: Path, target: Path, *, resume: bool = False, **told) -> Tally:
    wanted = Wanted(crs="4490", batch_rows=BATCH_ROWS)
    options = LocateFile(wanted, resume, parts_from_bytes=0, part_batches=2)
    return locate_file(load(url), source, target, options, **told)


@contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_S)


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not path.exists():
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < end, f"{path} never appeared"


def make_file(path: Path) -> None:
    random = np.random.default_rng(2)
    x, y = random.uniform((114.998, 34.498), (115.042, 34.532), (ROWS, 2)).round(7).T
    rows = pa.table({"编号": pa.array(np.arange(ROWS)).cast(pa.string()), "lon": x, "lat": y})
    if path.suffix == ".csv":
        pacsv.write_csv(rows, path)
    else:
        pq.write_table(rows, path)


@pytest.mark.parametrize(("given", "into"), [("parquet", "parquet"), ("parquet", "csv")])
def test_a_killed_run_goes_on_to_the_very_bytes(cluster, small_world, tmp_path, given, into):
    url = cluster.url(small_world)
    source, target = tmp_path / f"in.{given}", tmp_path / f"out.{into}"
    make_file(source)
    parts = tmp_path / f"{target.name}.parts"
    with started(url, source, target) as process:
        wait_for(parts / "part-000000.json", process)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=TIMEOUT_S) == -signal.SIGKILL

    assert not target.exists()
    with pytest.raises(Conflict, match="--resume"):
        run(url, source, target)
    kept = {path: path.stat().st_mtime_ns for path in sorted(parts.glob("part-*.json"))}
    seen: set[Path] = set()

    def look(_zh: str, _en: str, _share: float = 0.0) -> None:
        seen.update(path for path in kept if path.stat().st_mtime_ns == kept[path])

    assert kept
    tally = run(url, source, target, resume=True, progress=look)

    # What was finished when it died was not done again.
    assert seen == set(kept)
    assert tally == run(url, source, tmp_path / f"whole.{into}")
    assert tally.read == ROWS
    assert target.read_bytes() == (tmp_path / f"whole.{into}").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [source.name, target.name, f"whole.{into}"]
    )
