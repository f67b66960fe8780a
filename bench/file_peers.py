"""What files are measured against: PyArrow alone, bare COPY, one worker; and our own runs."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from distributed import LocalCluster
from sqlalchemy import Engine, text

from gis.batch import Kit
from gis.batch.cluster import locate_directory
from gis.batch.sources import Wanted
from gis.db.bulk_loading import bulk_loading
from gis.db.copying import driver_connection
from gis.db.session import WriteSession, write_session
from gis.settings import ROOT


def copy_csv_whole(given: Path, answers: pa.Table, out: Path) -> None:
    """Read IN as quickly as PyArrow can, and write the rows of OUT, which are there already."""
    pacsv.read_csv(given)
    pq.write_table(answers, out)


def copy_csv_pieces(given: Path, out: Path) -> None:
    """Read IN and write its rows, in pieces, so that memory is bounded as ours is."""
    reader = pacsv.open_csv(given)
    with pq.ParquetWriter(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def copy_csv_at_once(given: Path, out: Path) -> None:
    """Read IN and write its rows, the whole file in memory."""
    pq.write_table(pacsv.read_csv(given), out)


@dataclass
class Stored:
    """Tables that a file is imported into, and their rows as COPY wrote them."""

    engine: Engine
    tables: Sequence[str]
    rows: dict[str, bytes]

    def empty(self) -> None:
        """Begin anew, with nothing left to be written to disk from before."""
        with write_session(self.engine) as session:
            session.execute(text(f"TRUNCATE {', '.join(self.tables)} RESTART IDENTITY"))
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))

    def remember(self) -> None:
        """Keep the rows that are stored now."""
        with write_session(self.engine) as session:
            for table in self.tables:
                out = BytesIO()
                with driver_connection(session).cursor() as cursor:
                    cursor.copy_expert(f'COPY "{table}" TO STDOUT', out)
                self.rows[table] = out.getvalue()

    def make_naked(self) -> None:
        """Make tables of the same columns without any index or constraint."""
        with write_session(self.engine) as session:
            for table in self.tables:
                session.execute(text(f'DROP TABLE IF EXISTS "naked_{table}"'))
                session.execute(text(f'CREATE TABLE "naked_{table}" AS TABLE "{table}"'))
                session.execute(text(f'TRUNCATE "naked_{table}"'))

    def copy(self, session: WriteSession, before: str = "") -> None:
        """COPY the rows into tables of these names."""
        with driver_connection(session).cursor() as cursor:
            for table, rows in self.rows.items():
                cursor.copy_expert(f'COPY "{before}{table}" FROM STDIN', BytesIO(rows), 1 << 20)

    def copy_as_it_stands(self) -> None:
        """COPY into the tables with their indexes and constraints in place."""
        with write_session(self.engine) as session:
            self.copy(session)

    def copy_then_index(self) -> None:
        """COPY into the tables, and make indexes and foreign keys after the rows."""
        with write_session(self.engine) as session, bulk_loading(session, self.tables, 10**6):
            self.copy(session)

    def copy_naked(self) -> None:
        """COPY into tables that nothing is promised about."""
        with write_session(self.engine) as session:
            self.copy(session, "naked_")


def run_command(url: str, *arguments: object) -> tuple[float, str]:
    """Run ``gridmap`` as a process of its own.

    Returns
    -------
    tuple
        The most memory that it held at a time in MB, and what it said.
    """
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "gis.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if "rows read" not in said:
        raise SystemExit(f"gridmap {arguments[0]} failed: {said}")
    return used.ru_maxrss / 1024, said


@contextmanager
def workers(count: int) -> Iterator[str]:
    """Start workers of one thread each, and give the scheduler's address."""
    with LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster.scheduler_address


def dask_run(kit: Kit, given: Path, out: Path, address: str) -> Callable[[], object]:
    """Return a run over a directory into an empty one."""
    shutil.rmtree(out, ignore_errors=True)
    wanted = Wanted("EPSG:4490")
    return lambda: locate_directory(kit, str(given), str(out), wanted, address)
