"""Whole files: located, imported, on a Dask cluster, in bounded memory (``./run bench files``).

Every figure stands beside a physical limit or a peer that does less of the same work, in the same
run and in turns; the median of the rounds' ratios counts.
"""

from __future__ import annotations

import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click
import pyarrow.parquet as pq

from bench import file_data, file_peers
from gis.batch import Kit, LocateFile, load_kit, locate_file
from gis.batch.sources import Wanted
from gis.db import migrate
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import WriteSession, read_session, write_session
from gis.demo.load import load_demo
from gis.events.importing import EventFile, import_events
from gis.events.load import TABLES as EVENT_TABLES
from gis.households.importing import HouseholdFile, import_households
from gis.households.load import TABLES as HOUSEHOLD_TABLES
from gis.profiles import Profile, load_profile
from gis.settings import ROOT, Settings

REPORT = ROOT / "docs" / "benchmarks" / "files.md"
PARTS = ("csv", "households", "events", "dask", "memory")
WANTED_CSV, WANTED_IMPORT, WANTED_DASK, MOST_MB = 0.4, 0.5, 1.6, 2_000


@dataclass
class Rounds:
    """Seconds of works done in turns."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def time(self, name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)
        say(f"{name}: {self.seconds[name][-1]:.2f} s")

    def shown(self, name: str) -> str:
        values = self.seconds[name]
        return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"

    def ratio(self, name: str, ours: str) -> float:
        """Return the median of the pairs: how fast ours is, as a part of the other."""
        pairs = zip(self.seconds[name], self.seconds[ours], strict=True)
        return statistics.median(other / our for other, our in pairs)


@dataclass
class Page:
    """What is reported."""

    verdicts: list[tuple[str, str, str, bool]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def judge(self, what: str, wanted: str, reached: str, good: bool) -> None:
        self.verdicts.append((what, wanted, reached, good))

    def table(self, title: str, words: str, rounds: Rounds, ours: str) -> None:
        self.lines += ["", f"## {title}", "", words, "", "| what | s | ours, times this |"]
        self.lines += ["|---|---|---|"]
        for name in rounds.seconds:
            ratio = "" if name == ours else f"{rounds.ratio(name, ours):.2f}"
            self.lines.append(f"| {name} | {rounds.shown(name)} | {ratio} |")


@dataclass
class World:
    """A loaded county and a folder to work in."""

    url: str
    profile: Profile
    kit: Kit
    folder: Path


def say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


def bench_csv(world: World, page: Page, count: int, rounds: int) -> None:
    """CSV → geocoded Parquet, beside PyArrow that only reads and writes."""
    given, out, other = (world.folder / name for name in ("p.csv", "p.parquet", "q.parquet"))
    file_data.write_points_csv(world.kit, given, count)
    ours, options = "gridmap locate", LocateFile(Wanted("EPSG:4490"))
    locate = partial(locate_file, world.kit, given, out, options)
    locate()
    answers = pq.read_table(out)
    both = "PyArrow: read IN, write OUT"
    found = Rounds()
    for _ in range(rounds):
        found.time(ours, locate)
        found.time(both, partial(file_peers.copy_csv_whole, given, answers, other))
        found.time(
            "PyArrow: read IN, write IN as Parquet, in pieces",
            partial(file_peers.copy_csv_pieces, given, other),
        )
        found.time(
            "PyArrow: the same, the whole file in memory",
            partial(file_peers.copy_csv_at_once, given, other),
        )
    ratio = found.ratio(both, ours)
    page.judge(
        "CSV → geocoded Parquet, of reading and writing those files with PyArrow",
        f"≥ {WANTED_CSV}", f"{ratio:.2f}", ratio >= WANTED_CSV,
    )  # fmt: skip
    page.table(
        f"CSV → geocoded Parquet, {count / 1e6:g} M rows",
        "IN has a number, two coordinates and an address; OUT these and the 14 columns of the"
        " answer. The target is read as: read the file IN and write the file OUT. The harder"
        " peers do not write the answer.",
        found,
        ours,
    )


def bench_households(world: World, page: Page, count: int, rounds: int) -> None:
    """A file of households into PostGIS, beside bare COPY of the rows that they become."""
    path = world.folder / "h.csv"
    file_data.write_households(world.kit, path, count)

    def load(session: WriteSession) -> None:
        import_households(session, path, HouseholdFile("EPSG:4490"), world.profile)

    bench_import(world, page, "households", HOUSEHOLD_TABLES, load, count=count, rounds=rounds)


def bench_events(world: World, page: Page, count: int, rounds: int) -> None:
    """A file of events into PostGIS, beside bare COPY of the rows that they become."""
    path = world.folder / "e.csv"
    file_data.write_events(world.kit, path, count)
    options = EventFile("EPSG:4490", "hotline_12345")

    def load(session: WriteSession) -> None:
        import_events(session, path, options, world.profile)

    bench_import(world, page, "events", EVENT_TABLES, load, count=count, rounds=rounds)


def bench_import(
    world: World,
    page: Page,
    name: str,
    tables: tuple[str, ...],
    load: Callable[[WriteSession], None],
    *,
    count: int,
    rounds: int,
) -> None:
    engine = make_engine(world.url, statement_timeout_s=0)

    def work() -> None:
        with write_session(engine) as session:
            load(session)

    stored = file_peers.Stored(engine, tables, {})
    found = import_rounds(stored, work, rounds)
    ours, same, after, naked = found.seconds
    ratio = found.ratio(same, ours)
    page.judge(
        f"{name} file → database, of bare COPY into the same tables", f"≥ {WANTED_IMPORT}",
        f"{ratio:.2f}", ratio >= WANTED_IMPORT,
    )  # fmt: skip
    for words, peer in (
        ("(harder reading) … of bare COPY and the same indexes made after it", after),
        ("(hardest reading) … of bare COPY without any index or constraint", naked),
    ):
        page.judge(words, f"({WANTED_IMPORT})", f"{found.ratio(peer, ours):.2f}", True)
    page.table(
        f"Import of {count / 1e6:g} M {name}",
        "From the CSV file to the commit: reading, every check, locating, COPY, indexes,"
        " constraints. COPY gets its text ready-made from memory, ids and grids included. The"
        " target is read as the first line of the table, see adr/0016.",
        found,
        ours,
    )
    stored.empty()
    engine.dispose()


def import_rounds(stored: file_peers.Stored, work: Callable[[], None], rounds: int) -> Rounds:
    found = Rounds()
    for number in range(rounds):
        stored.empty()
        found.time("gridmap import, from the file", work)
        if not number:
            stored.remember()
            stored.make_naked()
        stored.empty()
        found.time("COPY into the same tables as they stand", stored.copy_as_it_stands)
        stored.empty()
        found.time("COPY, indexes and foreign keys made after it", stored.copy_then_index)
        stored.make_naked()
        found.time("COPY into tables without index or constraint", stored.copy_naked)
    return found


def bench_dask(world: World, page: Page, count: int, rounds: int) -> None:
    """One and two workers of one thread."""
    given, parts = world.folder / "in", 12
    given.mkdir()
    for part in range(parts):
        path = given / f"part-{part:03d}.parquet"
        file_data.write_points_parquet(world.kit, path, count // parts, part)
    found, one, two = Rounds(), "1 worker", "2 workers"
    with ExitStack() as stack:
        addresses = [stack.enter_context(file_peers.workers(n)) for n in (1, 2)]
        for turn in range(rounds + 1):
            for name, address in zip((one, two), addresses, strict=True):
                run = file_peers.dask_run(world.kit, given, world.folder / "out", address)
                if turn:
                    found.time(name, run)
                else:
                    run()  # every worker reads its libraries and compiled loops once
    ratio = found.ratio(one, two)
    page.judge("Dask: 2 workers of one thread, times one", f"≥ {WANTED_DASK}", f"{ratio:.2f}",
               ratio >= WANTED_DASK)  # fmt: skip
    page.table(
        f"Dask, {count / 1e6:g} M points in {parts} Parquet files",
        "Workers are started and warm; sending the locator to them is included. On two cores the"
        " scheduler and the command share them with the workers.",
        found,
        two,
    )


def bench_memory(world: World, page: Page, count: int) -> None:
    """One long run as a person starts it: how much memory it holds at most."""
    given, out = world.folder / "long.parquet", world.folder / "long-out.parquet"
    say(f"write {count:,} rows")
    file_data.write_points_parquet(world.kit, given, count)
    start = time.perf_counter()
    used, said = file_peers.run_command(world.url, "locate", given, out, "--crs", "4490")
    taken = time.perf_counter() - start
    if f"{count} rows read" not in said or pq.read_metadata(out).num_rows != count:
        raise SystemExit(f"rows are missing: {said}")
    page.judge(f"memory for {count / 1e6:g} M rows, MB", f"< {MOST_MB}", f"{used:.0f}",
               used < MOST_MB)  # fmt: skip
    page.lines += [
        "",
        f"## {count / 1e6:g} M rows, Parquet → Parquet",
        "",
        f"`gridmap locate` as a process of its own: at most {used:.0f} MB resident, {taken:.0f} s"
        f" ({count / taken / 1e6:.2f} M rows a second, start and finished parts included);"
        f" IN {given.stat().st_size / 1e9:.2f} GB, OUT {out.stat().st_size / 1e9:.2f} GB.",
    ]


HEADER = f"""# Whole files

`./run bench files`, {platform.machine()}, {os.cpu_count()} cores,
Python {platform.python_version()}.
Seconds: median (least–most) of rounds in turns; ratios: median of the rounds' own. The machine had
other work, each part says how much: ratios count, not figures. Schematic county (示意), 3,463
grids.
"""


def text_of(page: Page, command: str) -> str:
    """Return the block of one part."""
    load = os.getloadavg()[2]
    lines = [
        *page.lines,
        "",
        "| what | wanted | reached | |",
        "|---|---|---|---|",
        *(
            f"| {what} | {wanted} | {reached} |"
            f" {'' if wanted.startswith('(') else 'yes' if good else '**no**'} |"
            for what, wanted, reached, good in page.verdicts
        ),
        "",
        f"`{command}`; load of the machine over the last 15 minutes: {load:.1f}.",
    ]
    return "\n".join(lines).strip() + "\n"


def save_blocks(blocks: dict[str, str]) -> None:
    """Write the page; parts that were not measured stay as they were."""
    old = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    found = dict(re.findall(r"<!-- (\w+) -->\n(.*?)(?=\n<!-- |\Z)", old, re.DOTALL)) | blocks
    text = [HEADER, *(f"<!-- {name} -->\n{found[name]}" for name in PARTS if name in found)]
    REPORT.write_text("\n".join(text), encoding="utf-8")


@click.command()
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Measure only this.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--rows", default=20_000_000, show_default=True, help="Of the long run.")
@click.option("--save", is_flag=True, help="Write docs/benchmarks/files.md.")
def main(only: tuple[str, ...], rounds: int, rows: int, save: bool) -> None:
    """Measure and print; exit 1 when something wanted is missed."""
    works = {
        "csv": lambda world, page: bench_csv(world, page, 5_000_000, 2 * rounds),
        "households": lambda world, page: bench_households(world, page, 1_000_000, rounds),
        "events": lambda world, page: bench_events(world, page, 1_000_000, rounds),
        "dask": lambda world, page: bench_dask(world, page, 30_000_000, rounds),
        "memory": lambda world, page: bench_memory(world, page, rows),
    }
    missed = False
    with (
        tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder,
        Cluster(Path(folder) / "cluster") as cluster,
    ):
        world = make_world(cluster, Path(folder))
        for part in only or PARTS:
            page = Page()
            works[part](world, page)
            length = f" --rows {rows}" if part == "memory" else f" --rounds {rounds}"
            text = text_of(page, f"./run bench files --only {part}{length}")
            print(text, flush=True)
            if save:
                save_blocks({part: text})
            missed = missed or not all(good for *_, good in page.verdicts)
        cluster.destroy()
    if missed:
        sys.exit(1)


def make_world(cluster: Cluster, folder: Path) -> World:
    """Load the county."""
    cluster.create_database("gridmap_bench_files")
    url = cluster.url("gridmap_bench_files")
    migrate.upgrade(url)
    profile = load_profile("minquan", Settings().profiles_dir)
    load_demo(url, profile)
    engine = make_engine(url, statement_timeout_s=0)
    with read_session(engine) as session:
        kit = load_kit(session, profile)
    engine.dispose()
    return World(url, profile, kit, folder)


if __name__ == "__main__":
    main()
