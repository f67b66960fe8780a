"""``gridmap export map``: the map page of a division as one file that works without a server."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson
from markupsafe import Markup

from gis.cli.database import say, working_engine
from gis.core import clock
from gis.core.access import Scope
from gis.core.errors import Invalid
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, read_session
from gis.divisions import get_reference, padded_code
from gis.divisions.deployment import get_deployment
from gis.events.choice import EventChoice
from gis.profiles import Profile, load_profile
from gis.settings import Settings
from gis.statistics.by_grid import events_by_day, figures_by_grid
from gis.statistics.registers import list_registers
from gis.tiles import MapOverview, heat_bins, map_overview
from gis.tiles.topology import build_topology
from gis.tiles.tracts import MOST_AT_ONCE
from web.maps import GridLayer, GridMap, HeatLayer, Page, Takeover, import_map
from web.overview import config, topology_url
from web.standalone import standalone

ENTRY = "gridmap/pages/index.js"
#: One size of cells for all zooms: the file cannot ask for finer ones.
CELL_M = 150


@click.command("map")
@click.option("--division", help="区划 The division to show; all of it without.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="起 First day of events.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="止 Last day of events.")
@click.option("--names/--no-names", default=True, help="网格长姓名 Whether heads are named.")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export_map(
    division: str | None,
    first: dt.datetime | None,
    last: dt.datetime | None,
    out: Path,
    *,
    names: bool,
) -> None:
    """离线地图 The map as one HTML file, for machines without a network."""
    settings = Settings()
    with working_engine(settings) as engine:
        with read_session(engine) as session:
            profile = load_profile(get_deployment(session).profile, settings.profiles_dir)
            code = padded_code(division) if division else None
            if code:
                get_reference(session, code)
        # The same rules that limit a person to an area cut the file out of the whole.
        scope = Scope((code,)) if code else None
        with read_session(engine, scope) as session:
            chosen = EventChoice(_day(first), _day(last), None)
            approval = settings.map_approval
            html = map_file(session, profile, code, chosen, names=names, approval=approval)
    out.write_text(html, encoding="utf-8")
    size = f"{out.stat().st_size / 1e6:.1f} MB"
    say(f"已写入 {out}（{size}）", f"wrote {out} ({size})")


def _day(given: dt.datetime | None) -> dt.date | None:
    return given.date() if given else None


def map_file(
    session: ReadSession,
    profile: Profile,
    home: str | None,
    chosen: EventChoice,
    *,
    names: bool,
    approval: str,
) -> str:
    """Compose the map of all that a session sees as one document.

    Parameters
    ----------
    session
        Sees what shall be in the file, and no more.
    profile
        The deployment's.
    home
        Division at the top; None for the root.
    chosen
        Which events count.
    names
        Whether heads are named.
    approval
        What the map says of its approval.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    Invalid
        There are no boundaries to show.
    """
    overview = map_overview(session, profile, home)
    if overview is None:
        raise Invalid("There are no grids there to show.", zh="该范围内没有网格，无法导出。")
    if overview.is_large:
        raise Invalid(
            f"There are more than {MOST_AT_ONCE} grids: too many for one file; choose a division"
            " below with --division.",
            zh=f"该范围的网格超过 {MOST_AT_ONCE} 个，无法导出为一个文件；"
            "请用 --division 选择下级区划。",
        )
    url = topology_url(overview)
    answers = _answers(session, overview, profile, chosen, names=names)
    answers[url.partition("?")[0]] = build_topology(session, overview.generation)
    return standalone(_page(overview, url, chosen, approval), answers, entry=ENTRY)


def _answers(
    session: ReadSession,
    overview: MapOverview,
    profile: Profile,
    chosen: EventChoice,
    *,
    names: bool,
) -> dict[str, Any]:
    """Return what the server would answer to the map page, by path."""
    snapshot = Snapshot(overview.generation, clock.today())
    figures = figures_by_grid(session, chosen, snapshot)
    _, south, _, north = profile.bounds
    bins = heat_bins(session, chosen, cell_m=CELL_M, standard_parallel=(south + north) / 2)
    registers = {
        f"/api/v1/grids/{entry.code}": {
            "properties": {
                "heads": [{"name": name} for name in entry.heads] if names else [],
                "workers": {role: [None] * n for role, n in entry.workers.items()},
                "bounds_text": entry.bounds_text,
                "generation": overview.generation,
            }
        }
        for entry in list_registers(session, snapshot)
    }
    return registers | {
        "/api/v1/statistics/grids": {"codes": figures.codes, **figures.columns},
        "/api/v1/statistics/timeline": asdict(events_by_day(session, chosen)),
        "/api/v1/heat": bins.document(),
    }


def _page(overview: MapOverview, url: str, chosen: EventChoice, approval: str) -> str:
    first, last = chosen.first_day or overview.first_day, chosen.last_day or overview.last_day
    period = f"{first} – {last}" if first and last else ""
    said = [approval, period, f"导出 exported {clock.now():%Y-%m-%d %H:%M}"]
    chart = GridMap(overview.bounds, approval=" · ".join(filter(None, said)))
    chart.add_child(GridLayer(url))
    if first and last:
        chart.add_child(HeatLayer(first.isoformat(), last.isoformat()))
    nobody = {"name": "file", "login": None, "proof": None, "edit": None}
    about = {"account": nobody, "is_file": True}
    chart.add_child(Takeover(ENTRY, orjson.loads(orjson.dumps(config(overview))) | about))
    page = Page(
        "map.html",
        title=f"{overview.home_name}网格地图",
        place=overview.home_name,
        import_map=Markup(import_map()),  # noqa: S704 - escaped for scripts by script_json
    )
    return chart.compose(page)
