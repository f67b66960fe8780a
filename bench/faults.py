"""Hundreds of kills of the servers and of PostgreSQL under load (``./run bench faults``).

The target is no loss: after every kill each acknowledged event and generation is there, none is
half-written, the grids tile exactly, and everything is filed where a fresh point-in-polygon says.
``tests/faults/test_kills.py`` is a short form of it in the suite.
"""

from __future__ import annotations

import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from gis.cli.serving import stop_on_signals
from gis.db.cluster import Cluster
from gis.db.cluster.binaries import installed_servers, standard_places
from gis.settings import ROOT
from tests.faults.storm import DATABASE, Storm, make_template

REPORT = ROOT / "docs" / "benchmarks" / "faults.md"
TARGET_KILLS = 500
NORMAL_CLIENTS = 8
REQUESTS = 15
#: How often each kind is drawn; ``publisher`` is not counted towards the target.
WEIGHTS = {
    "api": 30,
    "all_api": 5,
    "postgres": 20,
    "postgres_immediately": 15,
    "postgres_fast": 5,
    "session": 15,
    "everything": 5,
    "publisher": 15,
}
ABOUT = {
    "api": "one API process, SIGKILL",
    "all_api": "both API processes, SIGKILL",
    "postgres": "PostgreSQL's postmaster, SIGKILL",
    "postgres_immediately": "PostgreSQL, immediate stop (SIGQUIT)",
    "postgres_fast": "PostgreSQL, fast stop (SIGINT), as a restart does it",
    "session": "one PostgreSQL session, SIGKILL; all others are thrown out",
    "everything": "both API processes and PostgreSQL, SIGKILL",
    "publisher": "the process that publishes boundaries, SIGKILL (not counted)",
}


def verify_files(cluster: Cluster) -> list[str]:
    """Let PostgreSQL compare every index with its table; return what it complains of."""
    program = installed_servers(standard_places())[0].bindir / "pg_amcheck"
    command: list[str | Path] = [program, "--install-missing", "--heapallindexed"]
    command += ["--maintenance-db", cluster.url("postgres"), cluster.url(DATABASE)]
    said = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False
    )
    return [] if said.returncode == 0 else [f"pg_amcheck: {said.stdout}{said.stderr}"]


def blow(storm: Storm, kills: int, per_round: int, rng: random.Random) -> Iterator[float]:
    """Kill until enough are counted; after each round tell the seconds under load."""
    loaded_s = 0.0
    while storm.tally.counted < kills and not storm.tally.losses and not storm.ledger.wrong:
        begun = time.perf_counter()
        with storm.round():
            for _ in range(per_round):
                storm.kill(rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0])
        loaded_s += time.perf_counter() - begun
        storm.tally.losses += verify_files(storm.cluster)
        tally = storm.tally
        print(
            f"{tally.counted} kills, {tally.events} events, {tally.publications} publications,"
            f" {len(tally.losses)} losses, {loaded_s:.0f} s",
            flush=True,
        )
        yield loaded_s


def drown(storm: Storm) -> list[str]:
    """Ask with a tenth of the clients, then with all of them; return rows of a table."""
    rows = []
    for clients in (NORMAL_CLIENTS, 10 * NORMAL_CLIENTS):
        begun = time.perf_counter()
        came = storm.flood(clients, REQUESTS)
        took_s = time.perf_counter() - begun
        storm.ledger.wrong += came.wrong
        p50, p99, worst = (at(came.seconds, share) for share in (0.5, 0.99, 1.0))
        live = f"{at(came.live_seconds, 0.99) * 1e3:.0f}, {max(came.live_seconds) * 1e3:.0f} ms"
        rows.append(
            f"| {clients} | {len(came.seconds) / took_s:.0f}/s | {came.statuses['200']} |"
            f" {came.refused} | {len(came.wrong)} | {p50:.2f}, {p99:.2f}, {worst:.2f} s | {live} |"
            f" {came.before_kib >> 10} → {came.most_kib >> 10} MiB |"
        )
        print(rows[-1], flush=True)
    return rows


def at(seconds: list[float], share: float) -> float:
    """Return a quantile."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


OVERLOAD = """
## Ten times the load

One server of two, while events are reported and boundaries published; *live* is `/health/live`.
Every request is answered, or told 429 or 503 with Retry-After; the times depend on the machine
and are not held to a target.

| clients | answered | 200 | 429, 503 | wrong | median, p99, longest | live: p99, longest | memory |
|---|---|---|---|---|---|---|---|
"""


def page(storm: Storm, loaded_s: float, home: Path, drowned: list[str]) -> str:
    """Return the figures as a page."""
    tally, ledger = storm.tally, storm.ledger
    sent = sum(ledger.statuses.values())
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(ledger.statuses.items()))
    rows = [
        f"| {ABOUT[kind]} | {tally.kills[kind]} | {seconds} |"
        for kind in WEIGHTS
        if (seconds := tally.recovered().get(kind))
    ]
    return "\n".join(
        [
            "# Kills under load",
            "",
            f"Written by `./run bench faults --save` on {time.strftime('%Y-%m-%d')};"
            f" {platform.machine()}, {os.cpu_count()} cores,"
            f" the load of the machine was {os.getloadavg()[2]:.1f}; the database on"
            f" {'memory' if str(home).startswith('/dev/shm') else 'disk'}.",  # noqa: S108
            "",
            "| killed | times | served again after, median / longest |",
            "|---|---|---|",
            *rows,
            "",
            f"- Counted kills of API or PostgreSQL: **{tally.counted}**; of all,"
            f" {tally.in_publication} while boundaries were being published.",
            f"- Load meanwhile: {sent} requests in {loaded_s:.0f} s by {storm.clients} clients"
            f" ({statuses}; `none` is a broken connection). Longest answer:"
            f" {ledger.longest_s:.1f} s.",
            f"- Acknowledged: {tally.events} events, {tally.publications} generations.",
            f"- Proofs of the whole database: {tally.checks}; comparisons of every index with its"
            f" table (`pg_amcheck`): {storm.rounds - 1}.",
            f"- **Losses: {len(tally.losses)}. Answers that must not be (5xx without"
            f" Retry-After, hangs, two numbers for one event): {len(ledger.wrong)}.**",
            OVERLOAD + "\n".join(drowned),
            "",
        ]
    )


@click.command()
@click.option("--kills", default=TARGET_KILLS, show_default=True)
@click.option("--per-round", default=25, show_default=True, help="Kills on one database.")
@click.option("--clients", default=4, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where the database rests.")
@click.option("--save", is_flag=True, help="Write docs/benchmarks/faults.md.")
def main(
    *, kills: int, per_round: int, clients: int, seed: int, folder: Path | None, save: bool
) -> None:
    """Kill, restart and prove, until enough kills were survived."""
    stop_on_signals()
    with tempfile.TemporaryDirectory(prefix="gridmap-faults-", dir=folder) as made:
        home = Path(made)
        home.chmod(0o755)  # PostgreSQL's account walks through it
        cluster = Cluster(home / "cluster")
        cluster.start()
        make_template(cluster)
        storm = Storm(cluster, home, clients=clients, seed=seed)
        try:
            with storm.round():
                drowned = drown(storm)
            text = ""
            for loaded_s in blow(storm, kills, per_round, random.Random(seed)):  # noqa: S311
                text = page(storm, loaded_s, home, drowned)
                if save:  # after each round: whoever stops the run keeps what it found
                    REPORT.write_text(text, encoding="utf-8")
        finally:
            storm.close()
            cluster.destroy()
            if storm.tally.losses or storm.ledger.wrong:
                kept = Path(tempfile.gettempdir()) / "gridmap-faults.log"
                shutil.copy(home / "storm.log", kept)
                print(f"The servers' log is kept as {kept}")
    print(text)
    for fault in (*storm.tally.losses, *storm.ledger.wrong):
        print(f"LOSS {fault}")
    sys.exit(1 if storm.tally.losses or storm.ledger.wrong else 0)


if __name__ == "__main__":
    main()
