"""Any frame of grids as a map: in a notebook, or as a file."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from gis.core import clock
from gis.core.adjacency import contacts
from gis.core.colouring import colour
from gis.core.crs import STORED_SRID
from gis.core.errors import Invalid
from gis.core.geodesy import area_m2
from gis.core.labels import label_points
from gis.core.lattice import degrees_geometry, lattice_geometry
from gis.statistics.by_grid import FIGURES
from gis.tiles.topology import topology_document
from web.maps import GridLayer, GridMap, Page, Takeover, import_map
from web.standalone import standalone

ENTRY = "gridmap/pages/index.js"
ROOT = "0" * 12
URL = "/tiles/grids/0.topojson"
#: Column of a frame → the way of colouring that needs it.
COLOURED = {"events": "events", "closed": "closing_rate", "households": "households"}


class FrameMap:
    """A map that is one document; a notebook shows it in place.

    Attributes
    ----------
    html
        The document.
    """

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | Path) -> None:
        """Write the document to a file."""
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_html_(self) -> str:
        """Return the document in a frame of its own, as Jupyter shows it."""
        held = escape(self.html, quote=True)
        style = "width:100%;height:36rem;border:0"
        return f'<iframe srcdoc="{held}" style="{style}"></iframe>'


def map_of_frame(frame: gpd.GeoDataFrame, title: str, *, approval: str = "内部使用") -> FrameMap:
    """Draw grids as the map page draws them: shared borders once, names that do not collide.

    Parameters
    ----------
    frame
        Polygons or multipolygons in a CRS that it names. ``code`` and ``name`` are needed; of
        ``kind`` (rural without it), ``colour_index`` and the figures of
        `gis.statistics.by_grid.FIGURES` is taken what there is. An answer of ``/api/v1/grids``
        read by GeoPandas is such a frame.
    title
        Name of the place.
    approval
        What the map says of its approval (审图号 or 内部使用).

    Returns
    -------
    FrameMap

    Raises
    ------
    Invalid
        The frame is empty, has no CRS, lacks a column, or holds something else than areas.
    """
    _require_grids(frame)
    grids = frame.to_crs(STORED_SRID).sort_values("code").reset_index(drop=True)
    shapes = degrees_geometry(lattice_geometry(grids.geometry.to_numpy()))
    rows = _rows(grids, shapes)
    root = _Division(ROOT, title, "root", 0, None, shapely.to_wkb(shapely.union_all(shapes)))
    answers = {URL: topology_document(rows, [root], 0), "/api/v1/statistics/grids": _figures(grids)}
    return FrameMap(standalone(_page(grids, title, approval), answers, entry=ENTRY))


def _require_grids(frame: gpd.GeoDataFrame) -> None:
    missing = [name for name in ("code", "name") if name not in frame.columns]
    if missing or frame.empty or frame.crs is None:
        why = f"it lacks {', '.join(missing)}" if missing else "it is empty or names no CRS"
        raise Invalid(f"The frame cannot be drawn: {why}.", zh="数据框缺少列、为空或未指明坐标系。")
    if not frame.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        raise Invalid("The frame holds something else than areas.", zh="数据框中有非面要素。")


@dataclass(frozen=True, slots=True)
class _Division:
    code: str
    name: str
    level: str
    depth: int
    parent_code: str | None
    wkb: bytes


@dataclass(frozen=True, slots=True)
class _Grid:
    code: str
    name: str
    kind: str
    division_code: str
    colour_index: int
    label_lon: float
    label_lat: float
    label_radius_m: float
    area_m2: float
    wkb: bytes


def _rows(grids: gpd.GeoDataFrame, shapes: Any) -> list[_Grid]:
    kinds = grids["kind"] if "kind" in grids.columns else pd.Series("rural", index=grids.index)
    if "colour_index" in grids.columns:
        colours = grids["colour_index"].to_numpy()
    else:
        colours = np.zeros(len(grids), dtype=int)
        basic = np.flatnonzero(kinds.to_numpy() != "exclusive")
        colours[basic] = colour(contacts(shapes[basic]), len(basic))
    labels, areas = label_points(shapes), area_m2(shapes)
    return [
        _Grid(
            str(grids["code"][n]),
            str(grids["name"][n]),
            str(kinds[n]),
            ROOT,
            int(colours[n]),
            float(labels.lon[n]),
            float(labels.lat[n]),
            float(labels.radius_m[n]),
            float(areas[n]),
            shapely.to_wkb(shapes[n]),
        )
        for n in range(len(grids))
    ]


def _figures(grids: gpd.GeoDataFrame) -> dict[str, Any]:
    nothing = [0] * len(grids)
    return {
        "codes": grids["code"].astype(str).tolist(),
        **{
            name: grids[name].fillna(0).astype(int).tolist() if name in grids.columns else nothing
            for name in FIGURES
        },
    }


def _page(grids: gpd.GeoDataFrame, title: str, approval: str) -> str:
    modes = ["colour", "kind", *(mode for name, mode in COLOURED.items() if name in grids.columns)]
    if "events" not in grids.columns:
        modes = [mode for mode in modes if mode != "closing_rate"]
    west, south, east, north = (float(v) for v in grids.total_bounds)
    chart = GridMap((west, south, east, north), approval=approval)
    chart.add_child(GridLayer(URL))
    nobody = {"name": "file", "login": None, "proof": None, "edit": None}
    about = {
        "root": {"code": ROOT, "zh": title, "en": title},
        "is_schematic": False,
        "generation": 0,
        "effective_from": clock.today().isoformat(),
        "today": clock.today().isoformat(),
        "levels": {"root": ("范围", "Area")},
        "kinds": {"rural": ("农村网格", "rural"), "community": ("社区网格", "community"),
                  "exclusive": ("专属网格", "exclusive")},
        "classes": [],
        "modes": modes,
        "figures": [*(name for name in FIGURES if name in grids.columns), *modes[2:]],
        "account": nobody,
        "is_file": True,
    }  # fmt: skip
    chart.add_child(Takeover(ENTRY, about))
    page = Page(
        "map.html",
        title=title,
        place=title,
        import_map=Markup(import_map()),  # noqa: S704 - escaped for scripts by script_json
    )
    return chart.compose(page)
