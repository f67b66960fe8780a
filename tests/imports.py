"""Files to import, the command line to import them with, and proof that nothing changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg2
from click.testing import CliRunner

from gis.cli.main import cli
from gis.core.errors import GridmapError
from tests import factories

ROOT = Path(__file__).resolve().parents[1]
KINDS_ZH = {"rural": "农村网格", "community": "社区网格", "exclusive": "专属网格"}
GRID_HEADERS = {
    "code": "网格编码",
    "name": "网格名称",
    "kind": "网格类型",
    "division_code": "所属村社区",
}


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    error: GridmapError | None

    @property
    def said(self) -> str:
        """All that a person sees, errors in both languages included."""
        told = (self.error.detail, self.error.detail_zh) if self.error else ()
        return "\n".join((self.out, *told))


@dataclass(frozen=True)
class Gridmap:
    """The command line on one database."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the command."""
        return {"DATABASE_URL": self.url, "GRIDMAP_PROFILES_DIR": str(factories.PROFILES)}

    def run(self, *arguments: object) -> Ran:
        """Run a command in this process; an error other than ours is not caught."""
        result = CliRunner().invoke(cli, [str(a) for a in arguments], env=self.environment)
        if result.exception is not None and not isinstance(
            result.exception, SystemExit | GridmapError | click.ClickException
        ):
            raise result.exception
        error = result.exception if isinstance(result.exception, GridmapError) else None
        return Ran(result.exit_code, result.output, error)

    def spawn(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own, as a person does."""
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "gis.cli", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def fingerprint(self) -> dict[str, tuple[int, str]]:
        """Return, for every table of ours, how many rows it has and a hash of all of them."""
        with psycopg2.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                " AND table_type = 'BASE TABLE' AND table_name <> 'spatial_ref_sys'"  # PostGIS's
                " ORDER BY table_name"
            )
            tables = [row[0] for row in cursor.fetchall()]
            found = {}
            for table in tables:
                cursor.execute(f'SELECT t::text FROM public."{table}" AS t ORDER BY t::text')
                rows = [row[0] for row in cursor.fetchall()]
                found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
        connection.close()
        return found

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        connection = psycopg2.connect(self.url)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall()
        connection.close()
        return rows


def assert_refused(gridmap: Gridmap, *arguments: object, says: tuple[str, ...]) -> Ran:
    """Check that a command fails with these words, and leaves the database as it was."""
    before = gridmap.fingerprint()
    ran = gridmap.run(*arguments)
    assert ran.code == 1, ran.said
    for words in says:
        assert words in ran.said
    assert gridmap.fingerprint() == before
    return ran


def chinese_grids() -> gpd.GeoDataFrame:
    """Return the grids of the small county as a planner has them: Chinese columns and kinds."""
    grids = factories.grids().drop(columns="attributes").rename(columns=GRID_HEADERS)
    return grids.assign(网格类型=grids["网格类型"].map(KINDS_ZH))


def write_shapefile(path: Path, grids: gpd.GeoDataFrame, *, encoding: str = "GBK") -> Path:
    """Write a Shapefile whose text is in ``encoding`` and which does not say so."""
    grids.to_file(path, driver="ESRI Shapefile", encoding=encoding)
    path.with_suffix(".cpg").unlink()
    return path


def household_rows(count: int = 40, prefix: str = "N") -> pd.DataFrame:
    """Return households that are not in the small county yet, with Chinese headers."""
    lon, lat = factories.positions(count, seed=77)
    return pd.DataFrame(
        {
            "户号": [f"{prefix}{n:05d}" for n in range(count)],
            "经度": np.char.mod("%.7f", lon),
            "纬度": np.char.mod("%.7f", lat),
            "户籍人口": "4",
            "常住人口": "3",
            "流动人口": "1",
            "党员数": "0",
        },
        dtype=object,
    )


def event_rows(count: int = 20) -> pd.DataFrame:
    """Return events that are not in the small county yet, with Chinese headers."""
    lon, lat = factories.positions(count, seed=78)
    return pd.DataFrame(
        {
            "工单编号": [f"W{n:05d}" for n in range(count)],
            "标题": [f"路灯不亮{n}" for n in range(count)],
            "类别": "0502",
            "上报时间": "2024-03-05 14:30",
            "经度": np.char.mod("%.7f", lon),
            "纬度": np.char.mod("%.7f", lat),
        },
        dtype=object,
    )


def write_csv(path: Path, frame: pd.DataFrame, encoding: str = "utf-8") -> Path:
    """Write a CSV file."""
    frame.to_csv(path, index=False, encoding=encoding)
    return path
