"""Write the versions of one generation: identities, grids, outlines."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from sqlalchemy import text

from gis.boundaries.derive import derive_columns, division_outlines
from gis.db.copying import copy_frame, ewkb, point_ewkb, reserve_ids
from gis.db.session import WriteSession
from gis.db.sql import read_sql


@dataclass(frozen=True, slots=True)
class Moment:
    """When a publication happens: which generation, and from which day its boundaries hold."""

    generation: int
    effective_from: dt.date


@dataclass(frozen=True, slots=True)
class Changes:
    """Codes of the grids that a publication creates, changes, retires."""

    created: list[str]
    changed: list[str]
    retired: list[str]


def current_versions(session: WriteSession, counties: list[str]) -> pd.DataFrame:
    """Return the open versions of some counties, indexed by code; ``wkb`` is their geometry."""
    rows = session.execute(
        text(
            "SELECT county_code, grid_version_id, grid_id, code, name, kind, division_code,"
            "       attributes, colour_index, ST_AsBinary(geom) AS wkb"
            "  FROM grid_version"
            " WHERE county_code = ANY(:counties) AND upper_inf(generations) AND upper_inf(valid)"
        ),
        {"counties": counties},
    )
    return pd.DataFrame(rows.mappings().all(), columns=list(rows.keys())).set_index("code")


def compare(before: pd.DataFrame, grids: gpd.GeoDataFrame) -> Changes:
    """Return which grids are new, which changed in shape or attributes, and which are gone."""
    codes = list(grids["code"])
    known = set(before.index)
    created = [code for code in codes if code not in known]
    retired = sorted(known - set(codes))
    wkb = shapely.to_wkb(grids.geometry.to_numpy())
    changed = [
        row.code
        for row, shape in zip(grids.itertuples(), wkb, strict=True)
        if row.code in known and _differs(before.loc[row.code], row, shape)
    ]
    return Changes(created=created, changed=changed, retired=retired)


def _differs(old: Any, new: Any, shape: bytes) -> bool:
    same = ("name", "kind", "division_code", "attributes")
    return bytes(old["wkb"]) != shape or any(old[key] != getattr(new, key) for key in same)


def add_generation(
    session: WriteSession, grids: gpd.GeoDataFrame, effective_from: dt.date, note: str
) -> int:
    """Take the next number; the caller holds the lock on publications."""
    number: int = session.execute(
        text(
            "INSERT INTO generation (generation, parent, kind, effective_from, note, content_hash)"
            " SELECT coalesce(max(generation), 0) + 1, max(generation), 'import',"
            "        :effective_from, :note, :content_hash"
            "   FROM generation RETURNING generation"
        ),
        {"effective_from": effective_from, "note": note, "content_hash": content_hash(grids)},
    ).scalar_one()
    return number


def content_hash(grids: gpd.GeoDataFrame) -> str:
    """Return the SHA-256 of codes and geometries: equal boundaries have an equal hash."""
    digest = hashlib.sha256()
    for code, wkb in zip(grids["code"], shapely.to_wkb(grids.geometry.to_numpy()), strict=True):
        digest.update(code.encode())
        digest.update(wkb)
    return digest.hexdigest()


def write_grids(
    session: WriteSession,
    grids: gpd.GeoDataFrame,
    before: pd.DataFrame,
    changes: Changes,
    moment: Moment,
) -> None:
    """Write identities and versions of what a publication creates and changes.

    Parameters
    ----------
    session
        The open transaction.
    grids
        All grids of the counties, as `normalised`.
    before, changes
        As `current_versions` and `compare` gave them.
    moment
        Generation and effective day.
    """
    _close_grids(session, before, changes, moment)
    derived = derive_columns(grids, before["colour_index"].to_dict())
    created = grids[grids["code"].isin(changes.created)]
    fresh = reserve_ids(session, "grid", "grid_id", len(created))
    copy_frame(session, "grid", _identity_rows(created, fresh, moment))
    ids = dict(before["grid_id"]) | dict(zip(created["code"], fresh, strict=True))
    written = grids["code"].isin({*changes.created, *changes.changed})
    rows = _version_rows(grids[written], derived[written], moment)
    rows["grid_id"] = [int(ids[code]) for code in rows["code"]]
    copy_frame(session, "grid_version", rows)


def _close_grids(
    session: WriteSession, before: pd.DataFrame, changes: Changes, moment: Moment
) -> None:
    gone = before.loc[[*changes.changed, *changes.retired]]
    session.execute(
        text(read_sql(__file__, "close_grid_versions")),
        {
            "counties": sorted(set(gone["county_code"])),
            "ids": [int(number) for number in gone["grid_version_id"]],
            "generation": moment.generation,
            "effective_from": moment.effective_from,
        },
    )


def _identity_rows(created: gpd.GeoDataFrame, ids: Any, moment: Moment) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "county_code": created["division_code"].str[:6].to_numpy(),
            "grid_id": ids,
            "layer": np.where(created["kind"] == "exclusive", "exclusive", "basic"),
            "created_generation": moment.generation,
        }
    )


def _version_rows(grids: gpd.GeoDataFrame, derived: pd.DataFrame, moment: Moment) -> pd.DataFrame:
    given = ("code", "name", "kind", "division_code")
    followed = ("area_m2", "perimeter_m", "colour_index", "label_radius_m", "bounds_text")
    return pd.DataFrame(
        {
            "county_code": grids["division_code"].str[:6].to_numpy(),
            "generations": f"[{moment.generation},)",
            "valid": f"[{moment.effective_from},)",
            **{name: grids[name].to_numpy() for name in given},
            "geom": ewkb(grids.geometry.to_numpy()),
            "label": point_ewkb(derived["label_lon"], derived["label_lat"]),
            **{name: derived[name].to_numpy() for name in followed},
            "attributes": [orjson.dumps(value).decode() for value in grids["attributes"]],
        }
    )


def write_outlines(
    session: WriteSession,
    grids: gpd.GeoDataFrame,
    counties: list[str],
    paths: dict[str, list[str]],
    moment: Moment,
) -> None:
    """Write the outlines of all divisions that hold the grids; those that hold none any more end.

    Parameters
    ----------
    session
        The open transaction.
    grids
        All grids of the counties, as `normalised`.
    counties
        Six-digit codes.
    paths
        Division code → codes from the root down to it.
    moment
        Generation and effective day.
    """
    outlines = division_outlines(grids[grids["kind"] != "exclusive"], paths)
    session.execute(
        text(read_sql(__file__, "close_outlines")),
        {
            "counties": counties,
            "codes": list(outlines["division_code"]),
            "generation": moment.generation,
            "effective_from": moment.effective_from,
        },
    )
    copy_frame(
        session,
        "division_outline",
        pd.DataFrame(
            {
                "county_code": outlines["division_code"].str[:6].to_numpy(),
                "division_code": outlines["division_code"].to_numpy(),
                "generations": f"[{moment.generation},)",
                "valid": f"[{moment.effective_from},)",
                "geom": ewkb(outlines["geometry"].to_numpy()),
                "area_m2": outlines["area_m2"].to_numpy(),
            }
        ),
    )
