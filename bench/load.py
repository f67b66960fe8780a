"""How long it takes to generate, load and file a profile's demo data (``./run bench load``).

The target is 90 s for Minquan: 3,463 grids, 260,000 households, 55,455 events. Beside it, in the
same run, stands a physical limit: COPY of the same household and event rows into tables without
any constraint, index or filing.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import pandas as pd
from sqlalchemy import text

from gis.db import migrate
from gis.db.cluster import Cluster
from gis.db.copying import copy_frame
from gis.db.engine import make_engine
from gis.db.session import write_session
from gis.demo.load import load_demo
from gis.profiles import load_profile
from gis.settings import ROOT, Settings

TARGET_S = {"minquan": 90.0}
REPORT = ROOT / "docs" / "benchmarks" / "load.md"


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def load_once(cluster: Cluster, profile: str) -> float:
    """Generate and load into a fresh, migrated database."""
    cluster.drop_database("gridmap_bench_load")
    cluster.create_database("gridmap_bench_load")
    url = cluster.url("gridmap_bench_load")
    migrate.upgrade(url)
    chosen = load_profile(profile, Settings().profiles_dir)
    return seconds(lambda: load_demo(url, chosen))


def bare_copy_once(cluster: Cluster) -> float:
    """COPY the same rows of households and events into tables without constraints."""
    engine = make_engine(cluster.url("gridmap_bench_load"), statement_timeout_s=0)
    tables = ("household", "event")
    with engine.connect() as connection:
        frames = {
            name: pd.read_sql_query(text(f'SELECT * FROM "{name}"'), connection)  # noqa: S608
            for name in tables
        }
    with write_session(engine) as session:
        for name in tables:
            session.execute(text(f'DROP TABLE IF EXISTS "bare_{name}"'))
            session.execute(text(f'CREATE TABLE "bare_{name}" AS TABLE "{name}" WITH NO DATA'))

    def copy() -> None:
        with write_session(engine) as session:
            for name, frame in frames.items():
                copy_frame(session, f"bare_{name}", frame.convert_dtypes())

    elapsed = seconds(copy)
    engine.dispose()
    return elapsed


def spread(values: list[float]) -> str:
    """Return median, minimum and maximum, in seconds."""
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


@click.command()
@click.option("--profile", default="minquan", show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option("--save", is_flag=True, help="Write docs/benchmarks/load.md.")
def main(profile: str, runs: int, save: bool) -> None:
    """Measure and print; exit 1 when the target is missed."""
    ours, bare = [], []
    with (
        tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder,
        Cluster(Path(folder)) as cluster,
    ):
        for _ in range(runs):
            ours.append(load_once(cluster, profile))
            bare.append(bare_copy_once(cluster))
        cluster.destroy()
    target = TARGET_S.get(profile)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    lines = [
        f"# Generating, loading and filing {profile}",
        "",
        f"`./run bench load --profile {profile} --runs {runs} --save`, {platform.machine()},"
        f" Python {platform.python_version()}; seconds: median (minimum–maximum).",
        "",
        "| what | s |",
        "|---|---|",
        f"| generate, publish, file and load everything | {spread(ours)} |",
        f"| bare COPY of the same household and event rows | {spread(bare)} |",
        f"| ratio, median of pairs | {ratio:.1f} |",
        f"| target | {'–' if target is None else f'{target:.0f}'} |",
    ]
    print("\n".join(lines))
    if save:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if target is not None and statistics.median(ours) > target:
        sys.exit(1)


if __name__ == "__main__":
    main()
