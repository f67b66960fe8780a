"""How fast points find their grids, beside other libraries (``./run bench locate``).

All measure the same points in the same run, in turns, and the median of the rounds counts. The
peers get their points as geometries that were made beforehand, ours gets longitudes and
latitudes. The physical limit is a bare pass over the same arrays: read two doubles, write two
32-bit numbers. The pass and we write into the same standing arrays, so that neither pays for fresh
memory; they take turns, and the median of many turns counts. Peers that are not installed are left
out, and said to be; they are pinned in ``bench/requirements.lock``.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import numba
import numpy as np
import shapely
from numpy.typing import NDArray

from bench import picture, points_for, rivals
from gis.core.lattice import lattice_geometry, to_lattice
from gis.core.locator import NO_LAYER, Layer, Locator
from gis.core.locator_file import open_locator, save_locator
from gis.settings import ROOT

REPORT = ROOT / "docs" / "benchmarks" / "locate.md"
THREADS = 2
CHECKED = 100_000
# The least that is asked of us, times the fastest peer: by number of grids and kind of points.
WANTED = {(False, "uniform"): 30.0, (True, "uniform"): 15.0, (False, "border 50 %"): 8.0}
WANTED_OF_MEMORY = 1 / 8

Floats = NDArray[np.float64]
Answers = tuple[NDArray[np.int32], NDArray[np.int32]]

# So often within a round do we and the memory pass take turns.
TURNS = 5
PATCHES = 9


@dataclass
class Rate:
    """Points per second, one value a round."""

    rounds: list[float] = field(default_factory=list)

    @property
    def millions(self) -> float:
        return statistics.median(self.rounds) / 1e6 if self.rounds else float("nan")


@dataclass
class Size:
    """What is measured once for a number of grids."""

    name: str
    large: bool
    grids: int
    vertices: int
    build_s: float
    load_ms: float
    save_s: float
    index_mb: float
    coordinates_mb: float
    resident_mb: float
    patch_ms: float
    keep_ms: float
    rates: dict[str, dict[str, Rate]]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@numba.njit(nogil=True, cache=True)
def _pass(x: Floats, y: Floats, a: NDArray[np.int32], b: NDArray[np.int32]) -> None:
    for i in range(len(x)):
        a[i] = np.int32(x[i])
        b[i] = np.int32(y[i])


def bare_pass(lon: Floats, lat: Floats, out: Answers) -> None:
    """Read the points and write two numbers for each."""
    a, b = out
    cuts = np.linspace(0, len(lon), THREADS + 1).astype(int)
    with ThreadPoolExecutor(THREADS) as pool:
        spans = [slice(i, j) for i, j in pairwise(cuts.tolist())]
        list(pool.map(lambda s: _pass(lon[s], lat[s], a[s], b[s]), spans))


def check(
    locator: Locator, grids: NDArray[Any], tree: shapely.STRtree, lon: Floats, lat: Floats
) -> None:
    """Compare with shapely, in lattice units, on a sample."""
    units = to_lattice(np.column_stack([lon[:CHECKED], lat[:CHECKED]]))
    point, grid = tree.query(shapely.points(units.astype(float)), predicate="intersects")
    expected = np.full(len(units), len(grids))
    np.minimum.at(expected, point, grid)
    expected[expected == len(grids)] = -1
    found = locator.locate(lon[:CHECKED], lat[:CHECKED]).basic
    if not (found == expected).all():
        raise SystemExit(f"{(found != expected).sum()} of {len(units)} points differ from shapely")


def resident_mb() -> float:
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    return float(text.split("VmRSS:")[1].split()[0]) / 1024


def measure(name: str, tiling: points_for.Tiling, large: bool, rounds: int, count: int) -> Size:
    """Measure one number of grids."""
    grids = tiling.grids
    codes = [f"{i:09d}" for i in range(len(grids))]
    layer = Layer(codes, np.arange(len(grids)), grids)
    say(f"{name}: build")
    built: list[Locator] = []
    build_s = statistics.median(
        seconds(lambda: built.append(Locator.build(layer, NO_LAYER, 1, threads=THREADS)))
        for _ in range(1 if large else rounds)
    )
    locator = built[-1]
    del built[:-1]
    with tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder:
        path = Path(folder) / "1.locator"
        save_s = seconds(lambda: save_locator(locator, path))
        load_ms = 1e3 * statistics.median(seconds(lambda: open_locator(path)) for _ in range(5))
        before = resident_mb()
        opened = open_locator(path, verify=True)
        assert opened is not None
        resident = resident_mb() - before
        patch_ms, keep_ms = measure_patches(opened, grids, path)
        rates: dict[str, dict[str, Rate]] = {}
        tree = shapely.STRtree(lattice_geometry(grids))
        for kind in points_for.KINDS:
            lon, lat = tiling.points(kind, count)
            check(opened, grids, tree, lon, lat)
        del tree
        coordinates = shapely.get_num_coordinates(grids).sum()
        with rivals.Rivals(grids) as others:
            for kind in points_for.KINDS:
                rates[kind] = race(opened, tiling.points(kind, count), others, rounds)
                show(name, kind, rates[kind])
        size = Size(
            name, large, len(grids), int(coordinates), build_s, load_ms, save_s,
            opened.nbytes / 1e6, coordinates * 16 / 1e6, resident, patch_ms, keep_ms, rates,
        )  # fmt: skip
    gc.collect()
    return size


def measure_patches(locator: Locator, grids: NDArray[Any], path: Path) -> tuple[float, float]:
    """Merge two grids, and two others, one upon the other; return ms of a patch and of its file."""
    patching, keeping = [], []
    codes = list(locator.basic.codes)
    for step in range(PATCHES + 1):
        pair = slice(2 * step, 2 * step + 2)
        change = points_for.merge(codes[pair], shapely.coverage_union_all(grids[pair]))
        start = time.perf_counter()
        locator = locator.patched(2, change)
        patched = time.perf_counter()
        save_locator(locator, path.with_name("2.locator"))
        patching.append(patched - start)
        keeping.append(time.perf_counter() - patched)
    # The first one loads the compiled code.
    return 1e3 * statistics.median(patching[1:]), 1e3 * statistics.median(keeping[1:])


def race(
    locator: Locator,
    points: tuple[Floats, Floats],
    others: rivals.Rivals,
    rounds: int,
) -> dict[str, Rate]:
    """Let everyone find the same points, in turns."""
    lon, lat = points
    rates = {"memory": Rate(), "gridmap": Rate(), "gridmap, 1 thread": Rate()}
    out = np.zeros(len(lon), np.int32), np.zeros(len(lon), np.int32)
    bare_pass(lon, lat, out)
    locator.locate(lon, lat, threads=THREADS, out=out)
    prepared = others.prepare(lon, lat)
    for _ in range(rounds):
        for _ in range(TURNS):  # they take no time
            rates["memory"].rounds.append(len(lon) / seconds(lambda: bare_pass(lon, lat, out)))
            for threads, who in ((THREADS, "gridmap"), (1, "gridmap, 1 thread")):
                taken = seconds(lambda t=threads: locator.locate(lon, lat, threads=t, out=out))
                rates[who].rounds.append(len(lon) / taken)
        for who, (work, found) in prepared.items():
            rates.setdefault(who, Rate()).rounds.append(found / seconds(work))
    return rates


def fastest(rates: dict[str, Rate]) -> tuple[str, float]:
    peers = {who: rate.millions for who, rate in rates.items() if who in rivals.NAMES}
    return max(peers.items(), key=lambda item: item[1])


def say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


def show(name: str, kind: str, rates: dict[str, Rate]) -> None:
    line = ", ".join(f"{who} {rate.millions:.2f}" for who, rate in rates.items())
    say(f"{name}, {kind}: {line}")


def verdicts(sizes: list[Size]) -> list[tuple[str, str, str, bool]]:
    """Compare with what is wanted."""
    rows = []
    for size in sizes:
        for kind, rates in size.rates.items():
            ours, (who, best) = rates["gridmap"].millions, fastest(rates)
            wanted = WANTED.get((size.large, kind))
            if wanted:
                rows.append(
                    (f"{size.name}, {kind}: times {who}", f"≥ {wanted:.0f}", f"{ours / best:.1f}",
                     ours / best >= wanted)
                )  # fmt: skip
            if kind == "uniform":
                share = ours / rates["memory"].millions
                rows.append(
                    (f"{size.name}, {kind}: of the bare memory pass", "≥ 1/8", f"1/{1 / share:.1f}",
                     share >= WANTED_OF_MEMORY)
                )  # fmt: skip
        most = 60.0 if size.large else 1.5
        rows.append((f"{size.name}: build, s", f"≤ {most:g}", f"{size.build_s:.2f}",
                     size.build_s <= most))  # fmt: skip
        rows.append((f"{size.name}: load by memory map, ms", "≤ 50", f"{size.load_ms:.1f}",
                     size.load_ms <= 50))  # fmt: skip
        if size.large:
            times = size.index_mb / size.coordinates_mb
            rows.append((f"{size.name}: memory, times the coordinates", "≤ 3", f"{times:.2f}",
                         times <= 3))  # fmt: skip
    return rows


def report(sizes: list[Size], rounds: int, missing: dict[str, str]) -> str:
    lines = [
        "# Points to grids",
        "",
        f"`./run bench locate`, {platform.machine()}, {THREADS} threads, Python"
        f" {platform.python_version()}; medians over the rounds of one run, in turns: {rounds}."
        f" Load of the machine over the last 15 minutes: {os.getloadavg()[2]:.1f}; ratios count,"
        " not figures. Schematic grids (示意); basic grids only. The 400 k grids are copies of the"
        " county's, set side by side. Every set of points was compared with shapely on a sample of"
        f" {CHECKED:,} in the same run: no difference.",
        "",
        "![Points a second](locate.svg)",
        "",
        "## Wanted and reached",
        "",
        "| what | wanted | reached | |",
        "|---|---|---|---|",
        *(f"| {a} | {b} | {c} | {'yes' if ok else '**no**'} |" for a, b, c, ok in verdicts(sizes)),
        "",
        "## Millions of points a second",
        "",
        "`border p %`: that share of the points lies within 10 m of a border, the others do not."
        " `clustered`: around 2,000 places.",
        "",
    ]
    who = list(sizes[0].rates["uniform"])
    lines += ["| grids | points | " + " | ".join(who) + " |", "|---" * (len(who) + 2) + "|"]
    for size in sizes:
        for kind, rates in size.rates.items():
            cells = " | ".join(f"{rates[name].millions:.2f}" for name in who)
            lines.append(f"| {size.grids:,} | {kind} | {cells} |")
    lines += [
        "",
        "## Build, file, memory",
        "",
        "| grids | vertices | build s | write s | load ms | patch for a merge ms | its file ms |"
        " index MB | coordinates MB | resident after reading all MB |",
        "|---" * 10 + "|",
        *(
            f"| {s.grids:,} | {s.vertices:,} | {s.build_s:.2f} | {s.save_s:.2f} | {s.load_ms:.1f} |"
            f" {s.patch_ms:.1f} | {s.keep_ms:.0f} | {s.index_mb:.0f} | {s.coordinates_mb:.0f} |"
            f" {s.resident_mb:.0f} |"
            for s in sizes
        ),
    ]
    if missing:
        lines += ["", "Left out: " + "; ".join(f"{who} ({why})" for who, why in missing.items())]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--quick", is_flag=True, help="Only the county, one round, fewer points.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--save", is_flag=True, help="Write docs/benchmarks/locate.md and its picture.")
@click.option("--points", default=10_000_000, show_default=True, help="Points that we locate.")
def main(quick: bool, rounds: int, save: bool, points: int) -> None:
    """Measure and print; exit 1 when something wanted is missed."""
    if quick:
        rounds, points = 1, 2_000_000
    say("draw the county")
    county = points_for.county()
    sizes = [measure("3.5 k", county, large=False, rounds=rounds, count=points)]
    if not quick:
        say("copy it")
        sizes.append(
            measure("400 k", points_for.province(county), large=True, rounds=rounds, count=points)
        )
    text = report(sizes, rounds, rivals.missing())
    print(text)
    if save:
        REPORT.write_text(text, encoding="utf-8")
        bars = {
            f"{size.name} grids, {kind}": {who: rate.millions for who, rate in rates.items()}
            for size in sizes
            for kind, rates in size.rates.items()
            if kind in ("uniform", "border 50 %")
        }
        REPORT.with_suffix(".svg").write_text(picture.bars(bars), encoding="utf-8")
    if not all(ok for *_, ok in verdicts(sizes)):
        sys.exit(1)


if __name__ == "__main__":
    main()
