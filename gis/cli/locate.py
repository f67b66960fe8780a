"""``gridmap locate``: every row of a file with its grids."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gis.batch import Kit, LocateFile, Tally, load_kit, locate_file
from gis.batch.sources import Wanted
from gis.cli.database import working_engine
from gis.cli.failures import explained_failures
from gis.cli.progress import show_progress
from gis.core.crs import ACCEPTED
from gis.db.session import read_session
from gis.divisions.deployment import get_deployment
from gis.profiles import load_profile
from gis.settings import Settings
from gis.tabular import POSITION_FIELDS, parse_mapping


@click.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--crs", help=f"坐标系 Coordinate system of the positions: {ACCEPTED}.")
@click.option(
    "--map", "mapping", multiple=True, metavar="x|y=HEADER", help="坐标列 Columns of x and y."
)
@click.option("--sheet", help="工作表 Sheet of a workbook.")
@click.option("--layer", help="图层 Layer of a GeoPackage.")
@click.option("--generation", type=click.IntRange(1), help="版本 As known in this generation.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    help="日期 As in force on this day; today by default.",
)
@click.option("--dask", metavar="ADDRESS|local:N", help="集群 Locate a folder on a Dask cluster.")
@click.option("--resume", is_flag=True, help="继续中断的任务 Go on where a run was broken off.")
def locate(
    *,
    source: str,
    target: str,
    crs: str | None,
    mapping: tuple[str, ...],
    sheet: str | None,
    layer: str | None,
    generation: int | None,
    at: dt.datetime | None,
    dask: str | None,
    resume: bool,
) -> None:
    """定位文件中的各行 Write the rows of IN with their grids to OUT.

    The endings say what the files are: .csv, .xlsx, .gpkg, .parquet, .geoparquet. Columns are
    appended: the basic grid with its divisions, the exclusive and the responsible grid, the
    generation, and what is wrong with the row.

    With --dask, IN and OUT are folders of Parquet files (or URLs); what is in OUT already is left
    as it is.
    """
    wanted = Wanted(crs, parse_mapping(mapping, POSITION_FIELDS), sheet, layer)
    kit = _read_kit(generation, at.date() if at else None)
    with show_progress() as progress:
        if dask is None:
            options = LocateFile(wanted, resume)
            tally = locate_file(kit, Path(source), Path(target), options, progress=progress)
        else:
            # Half a second that only those pay who use it.
            from gis.batch.cluster import locate_directory  # noqa: PLC0415

            tally = locate_directory(kit, source, target, wanted, dask, progress=progress)
    tell_tally(tally, source.rstrip("/").rpartition("/")[2])
    if tally.faults or tally.refused:
        raise click.exceptions.Exit(1)


def _read_kit(generation: int | None, day: dt.date | None) -> Kit:
    settings = Settings()
    with (
        explained_failures(),
        working_engine(settings) as engine,
        read_session(engine) as session,
    ):
        profile = load_profile(get_deployment(session).profile, settings.profiles_dir)
        return load_kit(session, profile, generation, day)


def tell_tally(tally: Tally, name: str) -> None:
    """Print what became of the rows."""
    wrong = sum(tally.faults.values())
    click.echo(
        f"{name}：读取 {tally.read} 行，已定位 {tally.located}，不在任何网格内 {tally.outside}，"
        f"有误 {wrong}"
    )
    click.echo(
        f"{name}: {tally.read} rows read, {tally.located} located, {tally.outside} in no grid, "
        f"{wrong} wrong"
    )
    for reason, count in tally.faults.most_common():
        click.echo(f"  {count} × {reason.zh}\n      {reason.en}")
    if tally.refused:
        click.echo(f"  {tally.refused} × 单元格数与表头不符，已跳过")
        click.echo("      another number of cells than the header has; left out")
