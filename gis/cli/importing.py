"""``gridmap import-…``: bring one's own divisions, boundaries, households and events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gis.boundaries import importing as boundaries
from gis.cli.database import working_engine
from gis.cli.failures import explained_failures
from gis.cli.progress import show_progress
from gis.cli.report import save_defects, save_refusals, tell_defects, tell_report
from gis.core import clock
from gis.core.crs import ACCEPTED
from gis.core.errors import Conflict, GridmapError, Invalid, NotTiling, RowsRefused
from gis.db.session import WriteSession, as_reader, write_session
from gis.divisions import importing as divisions
from gis.divisions.deployment import find_deployment, get_deployment
from gis.events import importing as events
from gis.households import importing as households
from gis.profiles import Profile, list_profiles, load_profile
from gis.settings import Settings
from gis.tabular import ImportReport, Progress

FILE = click.Path(path_type=Path, dir_okay=False)
Command = Callable[..., Any]

file_argument = click.argument("file", type=FILE)
map_option = click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=HEADER", help="列对应 Which column is what."
)
sheet_option = click.option("--sheet", help="工作表 Sheet of a workbook.")
keep_going_option = click.option(
    "--keep-going",
    is_flag=True,
    help="跳过被拒绝的行 Load the good rows although some are refused.",
)
report_option = click.option(
    "--report", type=FILE, help="报告文件 Where the refused rows go; FILE.refused.csv by default."
)
crs_option = click.option(
    "--crs", help=f"坐标系（必须指明）The positions' coordinate system, no default: {ACCEPTED}."
)


@click.command()
@file_argument
@click.option("--profile", "profile_name", help="部署配置 Profile; needed the first time.")
@click.option("--only-inside", is_flag=True, help="跳过根区划以外的行 Leave out rows elsewhere.")
@map_option
@sheet_option
@keep_going_option
@report_option
def import_divisions(
    *,
    file: Path,
    profile_name: str | None,
    only_inside: bool,
    mapping: tuple[str, ...],
    sheet: str | None,
    keep_going: bool,
    report: Path | None,
) -> None:
    """导入行政区划 Import divisions from FILE (CSV or XLSX: code, name, level, parent)."""
    settings = Settings()
    options = divisions.DivisionFile(mapping, sheet, keep_going, only_inside)

    def load(session: WriteSession, progress: Progress) -> ImportReport:
        profile = _first_profile(session, profile_name, settings)
        return divisions.import_divisions(session, file, options, profile, progress=progress)

    _run_table(settings, file, report, load)


@click.command()
@file_argument
@crs_option
@map_option
@sheet_option
@keep_going_option
@report_option
def import_households(
    *,
    file: Path,
    crs: str | None,
    mapping: tuple[str, ...],
    sheet: str | None,
    keep_going: bool,
    report: Path | None,
) -> None:
    """导入住户 Import households from FILE (CSV or XLSX), each filed into its grids."""
    settings = Settings()
    options = households.HouseholdFile(crs, mapping, sheet, keep_going)

    def load(session: WriteSession, progress: Progress) -> ImportReport:
        profile = _deployed_profile(session, settings)
        return households.import_households(session, file, options, profile, progress=progress)

    _run_table(settings, file, report, load)


@click.command()
@file_argument
@crs_option
@click.option("--source", help="来源系统 System that all events come from, without such a column.")
@click.option("--allow-outside", is_flag=True, help="允许网格外的事件 Take events in no grid too.")
@map_option
@sheet_option
@keep_going_option
@report_option
def import_events(
    *,
    file: Path,
    crs: str | None,
    source: str | None,
    allow_outside: bool,
    mapping: tuple[str, ...],
    sheet: str | None,
    keep_going: bool,
    report: Path | None,
) -> None:
    """导入事件 Import events from FILE (CSV or XLSX), each filed into its grids."""
    settings = Settings()
    options = events.EventFile(crs, source, allow_outside, mapping, sheet, keep_going)

    def load(session: WriteSession, progress: Progress) -> ImportReport:
        profile = _deployed_profile(session, settings)
        return events.import_events(session, file, options, profile, progress=progress)

    _run_table(settings, file, report, load)


@click.command()
@file_argument
@click.option("--crs", help="坐标系 Coordinate system; goes before what the file says.")
@click.option("--layer", help="图层 Layer of a GeoPackage, or Shapefile of a ZIP.")
@click.option(
    "--effective-from",
    type=click.DateTime(["%Y-%m-%d"]),
    help="生效日期 First day of these boundaries; today by default.",
)
@click.option("--note", default="", help="说明 Said in the history.")
@click.option(
    "--snap",
    "snap_m",
    type=click.FloatRange(0, 1),
    default=boundaries.DEFAULT_SNAP_M,
    show_default=True,
    help="吻合容差（米）How far borders may be moved to meet, in metres.",
)
@click.option("--retire", is_flag=True, help="撤销缺少的网格 Retire grids that FILE leaves out.")
@map_option
@click.option("--report", type=FILE, help="报告 Where gaps and overlaps go, as GeoJSON.")
def import_boundaries(
    *,
    file: Path,
    crs: str | None,
    layer: str | None,
    effective_from: dt.datetime | None,
    note: str,
    snap_m: float,
    retire: bool,
    mapping: tuple[str, ...],
    report: Path | None,
) -> None:
    """导入网格边界 Import grids from FILE (GeoJSON, GeoPackage, Shapefile or ZIP) and publish."""
    settings = Settings()
    options = boundaries.BoundaryFile(
        effective_from=effective_from.date() if effective_from else clock.today(),
        crs=crs,
        layer=layer,
        mapping=mapping,
        note=note,
        snap_m=snap_m,
        retire=retire,
    )
    try:
        with _writing(settings) as (session, progress):
            profile = _deployed_profile(session, settings)
            done = boundaries.import_boundaries(session, file, options, profile, progress=progress)
    except (RowsRefused, NotTiling) as error:
        _tell_grids_refused(error, file, report)
        raise
    tell_report(done.report, ("个网格", "grids"))
    made = done.publication
    if not (made.created or made.changed or made.retired):
        click.echo(f"与第 {made.generation} 版相同，无需发布")
        click.echo(f"the same as generation {made.generation}; nothing to publish")
        return
    click.echo(
        f"已发布第 {made.generation} 版：新增 {made.created}，修改 {made.changed}，"
        f"停用 {made.retired}；重新入格住户 {made.refiled_households}、事件 {made.refiled_events}"
    )
    click.echo(
        f"published generation {made.generation}: {made.created} created, {made.changed} changed, "
        f"{made.retired} retired; filed anew: {made.refiled_households} households, "
        f"{made.refiled_events} events"
    )


def _tell_grids_refused(error: GridmapError, file: Path, report: Path | None) -> None:
    defects = error.extra.get("defects", [])
    if "report" in error.extra:
        tell_report(error.extra["report"], ("个网格", "grids"))
        save_refusals(error.extra["report"], file, None)
    tell_defects(defects)
    save_defects(defects, report or file.with_suffix(".defects.geojson"))


def _run_table(
    settings: Settings,
    file: Path,
    target: Path | None,
    load: Callable[[WriteSession, Progress], ImportReport],
) -> None:
    """Import a table, tell what became of it, and fail when rows were refused."""
    try:
        with _writing(settings) as (session, progress):
            report = load(session, progress)
    except RowsRefused as error:
        tell_report(error.extra["report"])
        save_refusals(error.extra["report"], file, target)
        raise
    tell_report(report)
    save_refusals(report, file, target)
    if report.refused:
        raise click.exceptions.Exit(1)


@contextmanager
def _writing(settings: Settings) -> Iterator[tuple[WriteSession, Progress]]:
    """Provide the one transaction of an import."""
    with (
        explained_failures(),
        working_engine(settings) as engine,
        show_progress() as progress,
        write_session(engine) as session,
    ):
        yield session, progress


def _first_profile(session: WriteSession, name: str | None, settings: Settings) -> Profile:
    deployment = find_deployment(as_reader(session))
    if deployment is None and name is None:
        known = ", ".join(list_profiles(settings.profiles_dir))
        raise Invalid(
            f"name the deployment with --profile, one of: {known}; or put a profile of your own "
            f"into {settings.profiles_dir}",
            zh=f"请用 --profile 指定部署配置：{known}；或将自己的配置放入 {settings.profiles_dir}",
        )
    if deployment is not None and name is not None and name != deployment.profile:
        raise Conflict(
            f"the database already holds the deployment {deployment.profile!r}; use an empty one",
            zh=f"数据库中已有部署“{deployment.profile}”，请使用空数据库",
        )
    profile = load_profile(
        name or (deployment.profile if deployment else ""), settings.profiles_dir
    )
    if profile.name not in list_profiles(settings.profiles_dir):
        # The database keeps its name only, and every later command looks for it there.
        raise Invalid(
            f"put {name} into {settings.profiles_dir} as {profile.name}.toml first, or set "
            "GRIDMAP_PROFILES_DIR to its folder",
            zh=f"请先将 {name} 放入 {settings.profiles_dir}，命名为 {profile.name}.toml，"
            "或用 GRIDMAP_PROFILES_DIR 指定其所在文件夹",
        )
    return profile


def _deployed_profile(session: WriteSession, settings: Settings) -> Profile:
    deployment = get_deployment(as_reader(session))
    return load_profile(deployment.profile, settings.profiles_dir)
