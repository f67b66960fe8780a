"""Reading files of rows: encodings, headers, cells, reports."""

from __future__ import annotations

import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.boundaries.reading.dbf import complete_name, sniff_dbf
from gis.core.clock import SHANGHAI
from gis.core.errors import BadFile, Invalid, RowsRefused
from gis.tabular import (
    Field,
    Reason,
    Table,
    Verdicts,
    counts,
    make_report,
    map_headers,
    numbers,
    plain,
    read_table,
    require_clean,
    times,
    truths,
    write_refusals,
)
from gis.tabular.archives import ZipLimits, open_zip, unpack
from gis.tabular.encodings import sniff_encoding

FIELDS = (
    Field("code", ("编码", "代码"), required=True),
    Field("count", ("人数", "户籍人口")),
    Field("when", ("时间",)),
)


def table_of(cells: list[str], field: str = "count") -> tuple[Table, Verdicts]:
    """Return a table of one column and its verdicts."""
    table = Table(
        source="t",
        encoding="utf-8",
        header=map_headers(["编码", field], FIELDS, {}),
        headers=("编码", field),
        cells=pd.DataFrame({0: ["1"] * len(cells), 1: cells}, dtype=object),
        numbers=np.arange(2, len(cells) + 2, dtype=np.int64),
        blank=0,
    )
    return table, table.begin_verdicts()


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2))
def test_chinese_text_is_told_apart_by_its_bytes(text: str) -> None:
    """What the sniffer names decodes the bytes, and UTF-8 is always known as such."""
    assert sniff_encoding(text.encode()) == "utf-8"
    found = sniff_encoding(text.encode("gb18030"))
    assert found in ("gb18030", "utf-8")
    if found == "gb18030":
        assert text.encode("gb18030").decode(found) == text


def test_bytes_that_are_no_text() -> None:
    assert sniff_encoding(b"\xff\xff\xff") is None
    assert sniff_encoding("户".encode("utf-8-sig")) == "utf-8-sig"
    assert sniff_encoding("户".encode("utf-16")) == "utf-16"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("户籍人口(人)", "户籍人口"),
        ("户籍人口（人）", "户籍人口"),
        (" Household No ", "householdno"),
        ("ＬＯＮ", "lon"),
        ("(x)", "(x)"),
        ("X 坐标", "x坐标"),
    ],
)
def test_headers_without_what_people_vary(header: str, expected: str) -> None:
    assert plain(header) == expected


def test_two_columns_that_mean_the_same() -> None:
    with pytest.raises(Invalid, match="all mean code"):
        map_headers(["编码", "代码"], FIELDS, {})
    found = map_headers(["编码", "代码"], FIELDS, {"code": "代码"})
    assert found.columns["code"] == 1


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_exact_to_the_last_bit(values: list[float]) -> None:
    table, verdicts = table_of([repr(value) for value in values])
    assert numbers(table, "count", verdicts, required=True).tolist() == values
    assert not verdicts.refused.any()


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    table, verdicts = table_of([text])
    value = numbers(table, "count", verdicts, required=True)[0]
    assert bool(np.isfinite(value)) != bool(verdicts.refused[0])


def test_numbers_as_people_type_them() -> None:
    table, verdicts = table_of(["１２３", " 7 ", "1e3", "1_000", "0x10", "inf", "1,5", "True", ""])
    found = numbers(table, "count", verdicts, required=False)
    assert found[:3].tolist() == [123.0, 7.0, 1000.0]
    assert verdicts.refused.tolist() == [False] * 3 + [True] * 5 + [False]


def test_whole_numbers_have_limits() -> None:
    table, verdicts = table_of(["3", "3.5", "-1", "101", ""])
    found = counts(table, "count", verdicts, low=0, high=100, default=0)
    assert found.tolist() == [3, 0, 0, 0, 0]
    assert verdicts.refused.tolist() == [False, True, True, True, False]


def test_truth_values() -> None:
    table, verdicts = table_of(["是", "否", "Y", "0", "也许", ""])
    found = truths(table, "count", verdicts)
    assert found.tolist() == [True, False, True, False, pd.NA, pd.NA]
    assert verdicts.refused.tolist() == [False] * 4 + [True, False]


GOOD_TIMES = {
    "2026-03-05": "2026-03-05 00:00:00",
    "20260305": "2026-03-05 00:00:00",
    "2026-03-05 14:30": "2026-03-05 14:30:00",
    "2026-03-05T06:30:00Z": "2026-03-05 14:30:00",
    "2026-03-05T14:30:00+0800": "2026-03-05 14:30:00",
    "2026/3/5 8:05": "2026-03-05 08:05:00",
    "2026.3.5": "2026-03-05 00:00:00",
    "2026年3月5日": "2026-03-05 00:00:00",
    "2026年3月5日 14时30分9秒": "2026-03-05 14:30:09",
}
BAD_TIMES = [
    "2026-02-30",
    "2026",
    "2026-03",
    "45000",
    "昨天",
    "26/3/5",
    "2026-3-5 25:00",
    "5/3/2026",
]


def test_times_as_people_write_them() -> None:
    table, verdicts = table_of([*GOOD_TIMES, *BAD_TIMES], "时间")
    found = times(table, "when", verdicts, required=True)
    expected = [pd.Timestamp(text, tz=SHANGHAI) for text in GOOD_TIMES.values()]
    assert found[: len(expected)].tolist() == expected
    assert verdicts.refused.tolist() == [False] * len(expected) + [True] * len(BAD_TIMES)


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('登记表\n编码;人数\na;1\n\n"b\nb";2\n;\n', encoding="utf-8")
    table = read_table(file, FIELDS, {})
    assert table.numbers.tolist() == [3, 5]
    assert table.column("code").tolist() == ["a", "b\nb"]
    assert table.blank == 1


def test_a_report_counts_rows_and_not_faults(tmp_path: Path) -> None:
    verdicts = Verdicts(np.array([2, 3, 4]))
    verdicts.refuse([True, False, False], "a", ["=1+1", "", ""], Reason("甲", "one"))
    verdicts.refuse([True, False, True], "b", ["", "", "x"], Reason("乙", "two"))
    report = make_report("t.csv", verdicts, [])
    assert (report.read, report.accepted, report.refused) == (3, 1, 2)
    with pytest.raises(RowsRefused):
        require_clean(report, keep_going=False)
    require_clean(report, keep_going=True)
    write_refusals(report, tmp_path / "r.csv")
    lines = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "2", "4"]
    assert lines[1].split(",")[2] == "'=1+1"


def write_dbf(path: Path, names: list[bytes], rows: list[list[bytes]], width: int = 20) -> Path:
    """Write a DBF of text columns from raw bytes."""
    header = struct.pack(
        "<4BIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(names), 1 + width * len(names)
    )
    fields = b"".join(
        name[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
        for name in names
    )
    body = b"".join(b" " + b"".join(c[:width].ljust(width) for c in row) for row in rows)
    path.write_bytes(header + fields + b"\r" + body + b"\x1a")
    return path


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
@pytest.mark.parametrize("name", ["网格编码", "所属村社区名称", "CODE"])
@pytest.mark.parametrize("value", ["城关社区第一网格及其附属区域", "王家庄村", "ABC"])
def test_a_dbf_is_read_whatever_it_says(
    tmp_path: Path, encoding: str, name: str, value: str
) -> None:
    """Names cut after ten bytes and values cut after twenty do not hide the encoding."""
    file = write_dbf(tmp_path / "t.dbf", [name.encode(encoding)], [[value.encode(encoding)]] * 3)
    found = sniff_dbf(file)
    assert value.encode(encoding)[:20].decode(found.encoding, errors="ignore") in value
    fields = {name: "a"}
    assert complete_name(found.names[0], found.encoding, fields) == name


def test_a_dbf_that_is_cut_off(tmp_path: Path) -> None:
    file = write_dbf(tmp_path / "t.dbf", [b"A"], [[b"x"]] * 3)
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(BadFile, match="cut off"):
        sniff_dbf(file)


@pytest.mark.parametrize("name", ["../a.shp", "/a.shp", "c:/a.shp", "x/../../a.shp", "..\\a.shp"])
def test_members_that_lead_out_of_the_archive(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(BadFile, match="leads out"):
        open_zip(tmp_path / "a.zip", ZipLimits(10, 100, 10))


def test_archives_have_limits(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.shp", bytes(50))
    open_zip(tmp_path / "a.zip", ZipLimits(3, 150, 10)).close()
    for limits in (ZipLimits(2, 150, 10), ZipLimits(3, 149, 10)):
        with pytest.raises(BadFile):
            open_zip(tmp_path / "a.zip", limits)


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(1000))
    with open_zip(tmp_path / "a.zip", ZipLimits(1, 1000, 10)) as archive:
        member = archive.infolist()[0]
        member.file_size = 10
        with pytest.raises(BadFile), warnings.catch_warnings():
            unpack(archive, member, tmp_path / "a.shp")
    assert not (tmp_path / "a.shp").exists() or (tmp_path / "a.shp").stat().st_size <= 10
