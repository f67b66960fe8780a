"""Locate the rows of a frame: a Python function for notebooks and scripts."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.core.crs import Crs, parse_crs
from gis.core.datum import Bounds
from gis.core.errors import Invalid, UnknownCrs
from gis.core.locator import Locator
from gis.grids.bulk import Answers, locate_many

#: Without a deployment's box nothing is seen as swapped.
WHOLE_EARTH = Bounds(-180.0, -90.0, 180.0, 90.0)


def locate_frame(
    locator: Locator,
    frame: pd.DataFrame,
    *,
    x: str = "lon",
    y: str = "lat",
    crs: str | int | None = None,
    bounds: Bounds = WHOLE_EARTH,
    threads: int = 1,
) -> pd.DataFrame:
    """Return a frame with the grids of its rows.

    Parameters
    ----------
    locator
        Of the boundaries that are meant.
    frame
        A GeoDataFrame of points, or a DataFrame with two columns of coordinates.
    x, y
        Names of the columns of a DataFrame: longitude or easting, latitude or northing.
    crs
        Coordinate system; of a GeoDataFrame the one that it carries, if it carries one.
    bounds
        The deployment's box: a position that fits it only with x and y exchanged is a fault.
    threads
        How many threads may work on it.

    Returns
    -------
    DataFrame or GeoDataFrame
        A copy with ``basic_code``, ``exclusive_code``, ``responsible_code`` (None for none),
        ``generation`` and ``error`` (None where there is nothing wrong).

    Raises
    ------
    UnknownCrs
        The coordinate system is not named, not known, or not the one the frame carries.
    Invalid
        A column is missing or not a column of numbers, or a geometry is not a point.
    """
    if isinstance(frame, gpd.GeoDataFrame):
        given_x, given_y = _points(frame)
        system = _system(frame, crs)
    else:
        given_x, given_y = _numbers(frame, x), _numbers(frame, y)
        system = parse_crs("" if crs is None else crs)
    answers = locate_many(locator, given_x, given_y, system, bounds, threads=threads)
    return frame.assign(**_columns(locator, answers))


def _columns(locator: Locator, answers: Answers) -> dict[str, Any]:
    basic = _taken(locator.basic.codes, answers.basic)
    exclusive = _taken(locator.exclusive.codes, answers.exclusive)
    return {
        "basic_code": basic,
        "exclusive_code": exclusive,
        "responsible_code": np.where(answers.exclusive >= 0, exclusive, basic),
        "generation": locator.generation,
        "error": _taken([reason.en for reason in answers.reasons], answers.fault - 1),
    }


def _taken(values: Any, index: Any) -> Any:
    """Return objects by index, None for -1."""
    table = np.empty(len(values) + 1, dtype=object)
    table[:-1] = list(values)
    return table[index]


def _points(frame: gpd.GeoDataFrame) -> tuple[Any, Any]:
    geometries = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(geometries)
    # -1 is a missing geometry: a fault of that row, like an empty point.
    if np.any((kinds != shapely.GeometryType.POINT) & (kinds != shapely.GeometryType.MISSING)):
        raise Invalid(
            "a geometry is not a point; take `frame.representative_point()` first",
            zh="含有非点图形；请先取代表点 representative_point()",
        )
    return shapely.get_x(geometries), shapely.get_y(geometries)


def _system(frame: gpd.GeoDataFrame, crs: str | int | None) -> Crs:
    if frame.crs is None:
        return parse_crs("" if crs is None else crs)
    code = frame.crs.to_epsg()
    carried = parse_crs(code if code is not None else frame.crs.to_string())
    if crs is not None and parse_crs(crs).name != carried.name:
        raise UnknownCrs(
            f"the frame carries {carried.name}, but {crs} is named; leave one of them out",
            zh=f"数据自带坐标系 {carried.name}，与指定的 {crs} 不一致",
        )
    return carried


def _numbers(frame: pd.DataFrame, name: str) -> Any:
    if name not in frame:
        raise Invalid(f"the frame has no column {name!r}", zh=f"没有名为“{name}”的列")
    try:
        return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise Invalid(
            f"the column {name!r} holds something that is no number", zh=f"列“{name}”含有非数字"
        ) from error
