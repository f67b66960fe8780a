"""Which of GDAL's drivers read what strangers send."""

from __future__ import annotations

import pyogrio
from pyogrio import _ogr

DRIVERS = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON", "KML", "LIBKML", "DXF", "MEM"})


def leave_out_drivers() -> None:
    """Take all drivers out of this process but those of the files that are read.

    GDAL goes by what a file holds, not by its name: a virtual source (VRT) that is called
    ``.kml`` would open any other file of the machine, or an address. It cannot be undone, so it
    is for a process of its own.

    Raises
    ------
    RuntimeError
        One is still there: nothing may be read then.
    """
    others = sorted(set(pyogrio.list_drivers()) - DRIVERS)
    pyogrio.set_gdal_config_options({"OGR_SKIP": ",".join(others)})
    _ogr._register_drivers()
    if left := sorted(set(pyogrio.list_drivers()) - DRIVERS):
        raise RuntimeError(f"drivers that cannot be left out: {', '.join(left)}")
