"""Shapefiles whose attribute files say their encoding, say a wrong one, or say none."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from gis.boundaries.reading.child import read_here
from gis.boundaries.uploads import receive_file
from gis.core.errors import BadFile, Invalid
from tests import uploads as files

#: Encoding of the bytes, what the ``.cpg`` says (None: there is none), and the language byte.
SAYINGS = {
    "gbk, nothing said": ("gbk", None, 0x00),
    "gbk, said by the language byte": ("gbk", None, 0x4D),
    "gbk, with the language byte of Western Windows": ("gbk", None, 0x57),
    "gbk, said by the cpg": ("gbk", "GBK", 0x00),
    "gbk, said as a code page": ("gbk", "936", 0x4D),
    "gbk, and the cpg says UTF-8": ("gbk", "UTF-8", 0x00),
    "gb18030, with names that GBK lacks": ("gb18030", None, 0x4D),
    "utf-8, nothing said": ("utf-8", None, 0x00),
    "utf-8, said by the cpg": ("utf-8", "UTF-8", 0x00),
    "utf-8, and the cpg says GBK": ("utf-8", "GBK", 0x4D),
    "utf-8, and the cpg is rubbish": ("utf-8", "\x00\xff?", 0x57),
}
#: In four bytes of GB18030, and in none of GBK.
RARE = "𠮷家庄"
#: Old programs cut values by bytes as well.
LONG = "长" * 80
_LANGUAGE_AT, _HEADER, _FIELD = 29, 32, 32
#: Long names are cut after ten bytes: in UTF-8 inside their fourth character.
COLUMNS = ("网格编码", "网格名称", "网格类型")


def grids(encoding: str) -> gpd.GeoDataFrame:
    """Return four grids; one of the names loses its last byte on the way."""
    some = files.basic().iloc[:4].copy()
    rare = RARE if encoding != "gbk" else "王家庄"
    some["网格名称"] = [rare, "东风社区一网格", LONG, "mixed 混合 3#"]
    return some[[*COLUMNS, "geometry"]]


def write(folder: Path, encoding: str, cpg: str | None, language: int) -> Path:
    """Write a zipped Shapefile with whole names of fields, cut by bytes as old programs do."""
    short = {name: f"F{n}" for n, name in enumerate(COLUMNS)}
    grids(encoding).rename(columns=short).to_file(folder / "a.shp", encoding=encoding)
    table = bytearray((folder / "a.dbf").read_bytes())
    table[_LANGUAGE_AT] = language
    for n, name in enumerate(COLUMNS):
        at = _HEADER + n * _FIELD
        table[at : at + 11] = name.encode(encoding)[:10].ljust(11, b"\0")
    whole = LONG.encode(encoding)
    table = table.replace(whole, whole[:-1] + b" ")
    members = {f"a{end}": (folder / f"a{end}").read_bytes() for end in (".shp", ".shx", ".prj")}
    members["a.dbf"] = bytes(table)
    if cpg is not None:
        members["a.cpg"] = cpg.encode("latin-1")
    return files.write_zip(folder / "a.zip", members)


@pytest.mark.parametrize("saying", SAYINGS)
def test_the_bytes_decide_and_not_what_the_file_says(tmp_path: Path, saying: str) -> None:
    encoding, cpg, language = SAYINGS[saying]
    layer = read_here(write(tmp_path, encoding, cpg, language)).layer
    assert layer.headers == COLUMNS
    assert layer.encoding == ("utf-8" if encoding == "utf-8" else "gb18030")
    expected = grids(encoding)
    names = layer.cells[1].tolist()
    assert names == [LONG[:-1] if name == LONG else name for name in expected["网格名称"]]
    assert layer.cells[0].tolist() == expected["网格编码"].tolist()
    assert layer.cells[2].tolist() == expected["网格类型"].tolist()


def test_it_is_the_same_in_the_process_that_reads_uploads(tmp_path: Path) -> None:
    path = write(tmp_path, *SAYINGS["gbk, and the cpg says UTF-8"])
    apart = receive_file(path.read_bytes(), "网格.zip").parsed.layer
    here = read_here(path).layer
    assert apart.headers == here.headers == COLUMNS
    assert apart.cells.values.tolist() == here.cells.values.tolist()


def damaged(table: bytes, what: str) -> bytes:
    fields = _HEADER + len(COLUMNS) * _FIELD
    return {
        "cut": table[:-40],
        "no end of fields": table[:fields] + b"\0" * (len(table) - fields),
        "too short": table[:20],
        "more records": table[:4] + (1 << 30).to_bytes(4, "little") + table[8:],
        "neither": table.replace("东风".encode("gbk"), b"\xff\xfe\xff\xfe"),
    }[what]


@pytest.mark.parametrize(
    "what", ["cut", "no end of fields", "too short", "more records", "neither"]
)
def test_a_damaged_table_is_refused_with_words_of_its_own(tmp_path: Path, what: str) -> None:
    path = write(tmp_path, *SAYINGS["gbk, nothing said"])
    with files.zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["a.dbf"] = damaged(members["a.dbf"], what)
    files.write_zip(path, members)
    with pytest.raises(
        Invalid, match="neither UTF-8 nor" if what == "neither" else "cut off"
    ) as no:
        read_here(path)
    assert isinstance(no.value, BadFile)
