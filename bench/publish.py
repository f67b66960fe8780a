"""How long a publication takes (``./run bench publish``).

Two of them: the split of one grid with all that follows from it (proof, versions, outlines, filing,
lineage, the wait for leases), and one changeset that changes 300 grids all over a county. The same
split is measured in each profile that is named, for the cost has to follow the change and not the
size of the deployment. Beside the wall time stands the processor time of this process: on a
machine with other work the former says little.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from sqlalchemy import Engine, text

from gis.boundaries.publishing import publish_changeset
from gis.core.access import WHOLE
from gis.core.editing import GridChange, Plan, Split, plan, reach
from gis.core.errors import EditRefused
from gis.db import migrate
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import write_session
from gis.demo.load import load_demo
from gis.grids import LEASE_S
from gis.profiles import load_profile
from gis.settings import ROOT, Settings
from tests import drafting

REPORT = ROOT / "docs" / "benchmarks" / "publish.md"
TARGET_ONE_MS, TARGET_MANY_S, TARGET_RATIO = 80.0, 5.0, 1.5
MANY = 300
#: Publications that warm caches and compiled code, and do not count.
WARM = 3


@dataclass(frozen=True)
class Measured:
    """One publication."""

    wall_ms: float
    cpu_ms: float
    refiled: int


def splits(engine: Engine, county: str, seed: int) -> Iterator[Plan]:
    """Plan splits through the middles of grids in random order; none touches what another does."""
    with write_session(engine) as session:
        near, rules = drafting.neighbourhood(session, county), drafting.rules(session)
    grids = [grid for grid in near if grid.layer == "basic"]
    np.random.default_rng(seed).shuffle(grids)
    touched: set[str] = set()
    for grid in grids:
        west, south, east, north = (round(v * 1e7) for v in grid.geometry.bounds)
        middle = (south + north) // 2
        operation = Split(grid.code, ((west - 50, middle), (east + 50, middle)))
        try:
            found = plan(near.near(reach(operation)), operation, rules)
        except EditRefused:
            continue
        codes = {change.code for change in found.changes}
        if touched.isdisjoint(codes):
            touched |= codes
            yield found


def publish(engine: Engine, county: str, changes: list[GridChange]) -> Measured:
    """Draft and publish changes; only the publication is measured, commit included."""
    with write_session(engine) as session:
        number = drafting.write_changeset(session, county, changes)
    began, worked = time.perf_counter(), time.process_time()
    with write_session(engine, WHOLE) as session:
        done = publish_changeset(session, number, actor="bench")
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    return Measured(1e3 * wall, 1e3 * cpu, done.refiled_households + done.refiled_events)


def measure(engine: Engine, runs: int, *, many: bool) -> tuple[list[Measured], Measured | None]:
    """Publish single splits in the county with most grids, then one changeset of many."""
    with engine.connect() as connection:
        county = connection.scalar(
            text("SELECT county_code FROM grid GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
        )
    planned = splits(engine, county, seed=1)
    single = [publish(engine, county, list(next(planned).changes)) for _ in range(runs + WARM)]
    if not many:
        return single[WARM:], None
    changes: list[GridChange] = []
    while len(changes) < MANY:
        changes += next(planned).changes
    return single[WARM:], publish(engine, county, changes)


@click.command()
@click.option("--profile", "profiles", multiple=True, default=("minquan",), show_default=True)
@click.option("--database", "urls", multiple=True, help="Instead: a copy of a demo; it is changed.")
@click.option("--runs", default=20, show_default=True)
@click.option("--save", is_flag=True, help="Write docs/benchmarks/publish.md.")
def main(profiles: tuple[str, ...], urls: tuple[str, ...], runs: int, save: bool) -> None:
    """Measure publications beside their targets; exit with 1 when one is missed."""
    results: dict[str, tuple[list[Measured], Measured | None]] = {}
    if urls:
        for number, url in enumerate(urls):
            engine = make_engine(url, statement_timeout_s=0)
            results[str(engine.url.database)] = measure(engine, runs, many=number == 0)
            engine.dispose()
    else:
        with tempfile.TemporaryDirectory() as folder:
            results = measure_profiles(Path(folder), profiles, runs)
    lines, missed = report(results)
    click.echo("\n".join(lines))
    if save:
        REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(1 if missed else 0)


def measure_profiles(
    folder: Path, profiles: tuple[str, ...], runs: int
) -> dict[str, tuple[list[Measured], Measured | None]]:
    """Load demos into a cluster of our own, and measure in each."""
    cluster = Cluster(folder / "cluster")
    cluster.start()
    results = {}
    try:
        for number, name in enumerate(profiles):
            database = f"gridmap_bench_{name}"
            cluster.create_database(database)
            migrate.upgrade(cluster.url(database))
            load_demo(cluster.url(database), load_profile(name, Settings().profiles_dir))
            engine = make_engine(cluster.url(database), statement_timeout_s=0)
            results[name] = measure(engine, runs, many=number == 0)
            engine.dispose()
    finally:
        cluster.destroy()
    return results


def report(results: dict[str, tuple[list[Measured], Measured | None]]) -> tuple[list[str], bool]:
    """Say what was measured; and whether a target was missed."""
    lines = [
        "# Publications",
        "",
        f"{platform.processor() or platform.machine()}, Python {platform.python_version()}."
        f" Every publication waits for leases of {1e3 * LEASE_S:.0f} ms while it works.",
        "",
        "| in | what | wall, median | wall, least | processor | filed anew | target |",
        "|---|---|---|---|---|---|---|",
    ]
    medians, missed = [], False
    for name, (single, many) in results.items():
        wall = [one.wall_ms for one in single]
        medians.append(statistics.median(wall))
        missed |= medians[-1] > TARGET_ONE_MS
        lines.append(
            f"| {name} | one split | {medians[-1]:.0f} ms | {min(wall):.0f} ms"
            f" | {statistics.median(one.cpu_ms for one in single):.0f} ms"
            f" | {statistics.median(one.refiled for one in single):.0f} | {TARGET_ONE_MS:.0f} ms |"
        )
        if many is not None:
            missed |= many.wall_ms > 1e3 * TARGET_MANY_S
            lines.append(
                f"| {name} | {MANY} grids | {many.wall_ms:.0f} ms | {many.wall_ms:.0f} ms"
                f" | {many.cpu_ms:.0f} ms | {many.refiled} | {1e3 * TARGET_MANY_S:.0f} ms |"
            )
    for name, median in zip(results, medians, strict=True):
        if name != next(iter(results)):
            ratio = median / medians[0]
            missed |= ratio > TARGET_RATIO
            lines.append(f"\n{name}: {ratio:.2f} times the first; target {TARGET_RATIO} times.")
    return lines, missed


if __name__ == "__main__":
    main()
