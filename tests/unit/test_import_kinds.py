"""KML, KMZ and DXF: what they hold, what is refused; and the process in which files are read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import shapely

from gis.boundaries.reading.apart import ReadingLimits, read_apart
from gis.boundaries.reading.packing import pack, unpack_parsed
from gis.boundaries.uploads import MAX_BYTES, receive_file
from gis.core.errors import BadFile, Invalid
from tests import uploads as files

KML = b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'
BOMB = b'<!DOCTYPE kml [<!ENTITY a "aaaa">]><kml>&a;</kml>'
#: What GDAL would take for a virtual source, which opens whatever it names.
VIRTUAL = b"""<OGRVRTDataSource><!-- <kml> --><OGRVRTLayer name="a">
<SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource><!-- </kml>"""
LINKED = b"""{"CRS": {"Type": "Link", "properties": {"href": "http://127.0.0.1:1/"}},
"type": "FeatureCollection", "features": [{"type": "Feature"}]}"""
DXF = "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n"


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


HOSTILE = {
    "图纸.dwg": (b"AC1032" + bytes(100), "DWG has no open form"),
    "图纸.dxf": (b"AC1027" + bytes(100), "DWG drawing that was renamed"),
    "b.dxf": (b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(50), "binary DXF"),
    "cut.dxf": (DXF[:-6].encode(), "cut off"),
    "no.dxf": (b"hello", "is no DXF"),
    "empty.dxf": (DXF.encode(), "DXF|closed lines|no features"),
    "bomb.kml": (BOMB, "entities of its own"),
    "late.kml": (b"<!-- <kml" + bytes(70_000).replace(b"\0", b" ") + b"-->" + BOMB, "entities"),
    "wide.kml": (BOMB.decode().encode("utf-16"), "entities of its own"),
    "virtual.kml": (VIRTUAL, "is no KML"),
    "virtual.zip": (packed(**{"a.kml": VIRTUAL}), "is no KML"),
    "linked.geojson": (LINKED, "nothing is fetched"),
    "cut.kml": (KML[:-4], "cut off"),
    "no.kml": (b"<html></html>", "is no KML"),
    "a.rar": (b"Rar!", "the ending is not known.*zip"),
    "bomb.zip": (packed(**{"a.geojson": bytes(40 << 20)}), "zip bomb"),
    "out.zip": (packed(**{"../a.geojson": b"{}"}), "leads out of the archive"),
    "bomb.kmz": (packed(**{"doc.kml": b" " * (40 << 20)}), "zip bomb"),
    "two.zip": (packed(**{"a.kml": KML, "b.kml": KML}), "say which with --layer: a, b"),
    "none.zip": (packed(**{"a.txt": b"x"}), "holds no"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_file_has_a_message_of_its_own(tmp_path: Path, name: str) -> None:
    data, words = HOSTILE[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(Invalid, match=words) as refused:
        files.received(path)
    assert refused.value.detail_zh != refused.value.detail


def test_a_file_is_read_in_a_process_that_may_not_take_too_much(tmp_path: Path) -> None:
    path = files.write_dxf(tmp_path / "a.dxf", files.basic())
    apart = receive_file(path.read_bytes(), "folder/图纸.DXF")
    here = files.received(path).parsed
    assert apart.filename == "图纸.DXF"
    assert apart.parsed.layer.headers == here.layer.headers
    assert apart.parsed.layer.cells.values.tolist() == here.layer.cells.values.tolist()
    assert shapely.equals_exact(apart.parsed.layer.shapes, here.layer.shapes).all()
    with pytest.raises(BadFile, match="took longer"):
        read_apart(path, limits=ReadingLimits(seconds=0.01))
    with pytest.raises(BadFile, match="MiB of memory"):
        read_apart(path, limits=ReadingLimits(memory_bytes=1 << 20))
    with pytest.raises(BadFile, match="crash"):
        read_apart(path, limits=ReadingLimits(disk_bytes=16))
    with pytest.raises(Invalid, match="DWG drawing"):
        receive_file(b"AC1027" + bytes(100), "a.dxf")
    with pytest.raises(Invalid, match="at most"):
        receive_file(bytes(MAX_BYTES + 1), "a.dxf")


def test_what_a_file_holds_chooses_no_other_driver() -> None:
    feature = (
        b'{"type": "Feature", "properties": {"code": "a"}, "geometry":'
        b' {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}'
    )
    head = b'{"type": "%s", "type": "FeatureCollection", "features": ['
    plain = head % b"FeatureCollection" + feature + b"]}"
    # In its name what stands before the "!" would be an archive.
    assert len(receive_file(plain, "村!格.geojson").parsed.layer.shapes) == 1
    with pytest.raises(BadFile, match="not recognized"):
        receive_file(head % b"Topology" + feature + b"]}", "a.geojson")


def test_what_was_read_is_packed_and_unpacked_alike(tmp_path: Path) -> None:
    parsed = files.received(files.write_kml(tmp_path / "a.kml", files.basic())).parsed
    again = unpack_parsed(pack(parsed))
    assert (again.kind, again.layer.headers, again.layer.crs) == (
        parsed.kind,
        parsed.layer.headers,
        parsed.layer.crs,
    )
    assert again.layer.had_z == len(files.basic())
    assert again.layer.cells.values.tolist() == parsed.layer.cells.values.tolist()


def test_an_enclave_in_a_drawing_is_cut_out_of_what_surrounds_it(tmp_path: Path) -> None:
    grids = files.basic().iloc[:2].copy()
    west, south, east, north = grids.geometry.iloc[0].bounds
    inner = shapely.box(west, south, east, north).buffer(-0.003, join_style="mitre")
    grids.loc[grids.index[1], "geometry"] = inner
    layer = files.received(files.write_dxf(tmp_path / "a.dxf", grids)).parsed.layer
    outer, hole = layer.shapes
    assert shapely.get_num_interior_rings(outer) == 1
    assert not shapely.overlaps(outer, hole)
