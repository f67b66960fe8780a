"""Households and events from files of rows, through the real command line."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from gis.core.datum import from_cgcs2000
from gis.db.cluster import Cluster
from tests.imports import (
    Gridmap,
    assert_refused,
    event_rows,
    household_rows,
    write_csv,
)


@pytest.fixture
def gridmap(world_url: str) -> Gridmap:
    return Gridmap(world_url)


@pytest.fixture(scope="module")
def refusing(cluster: Cluster, small_world: str) -> Iterator[Gridmap]:
    """The small county for commands that must leave it as it is; each test proves that."""
    name = f"gridmap_test_refusing_{os.getpid()}"
    cluster.create_database(name, template=small_world)
    yield Gridmap(cluster.url(name))
    cluster.drop_database(name)


def households(gridmap: Gridmap) -> int:
    return gridmap.query("SELECT count(*) FROM household")[0][0]


def refused_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_in_every_encoding(gridmap: Gridmap, tmp_path: Path, encoding: str) -> None:
    before = households(gridmap)
    file = write_csv(tmp_path / "户.csv", household_rows(), encoding)
    ran = gridmap.run("import-households", file, "--crs", "CGCS2000")
    assert ran.code == 0, ran.said
    assert households(gridmap) == before + 40
    assert gridmap.run("check").code == 0


def test_gcj02_is_converted_and_kept_as_it_came(gridmap: Gridmap, tmp_path: Path) -> None:
    rows = household_rows(10)
    lon, lat = rows["经度"].astype(float).to_numpy(), rows["纬度"].astype(float).to_numpy()
    x, y = from_cgcs2000(lon, lat, "gcj02")
    file = write_csv(tmp_path / "h.csv", rows.assign(经度=x, 纬度=y))
    assert gridmap.run("import-households", file, "--crs", "gcj02").code == 0
    stored = gridmap.query(
        "SELECT household_no, ST_X(geom), ST_Y(geom), position_x, position_y, position_crs"
        " FROM household WHERE household_no LIKE 'N%' ORDER BY household_no"
    )
    for row, a, b, c, d in zip(stored, lon, lat, x, y, strict=True):
        assert (row[1], row[2]) == (pytest.approx(a, abs=2e-7), pytest.approx(b, abs=2e-7))
        assert row[3:] == (c, d, "GCJ-02")


def test_surveyors_write_x_to_the_north(gridmap: Gridmap, tmp_path: Path) -> None:
    rows = household_rows(10)
    lon, lat = rows["经度"].astype(float).to_numpy(), rows["纬度"].astype(float).to_numpy()
    east, north = from_cgcs2000(lon, lat, "EPSG:4526")
    frame = rows.drop(columns=["经度", "纬度"]).assign(X坐标=north, Y坐标=east)
    file = write_csv(tmp_path / "h.csv", frame)
    ran = gridmap.run("import-households", file, "--crs", "4526")
    assert ran.code == 0, ran.said
    assert "已对调" in ran.out
    found = gridmap.query("SELECT max(ST_X(geom)) FROM household WHERE household_no LIKE 'N%'")
    assert found[0][0] == pytest.approx(lon.max(), abs=2e-7)


def test_a_workbook_with_merged_header_and_blank_rows(gridmap: Gridmap, tmp_path: Path) -> None:
    before = households(gridmap)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["测试县住户登记表"])
    sheet.merge_cells("A1:G1")
    sheet.append(["户号", "位置", None, "人口", None, None, None])
    sheet.append([None, "经度", "纬度", "户籍人口（人）", "常住人口", "流动人口", "党员数"])
    for area in ("A2:A3", "B2:C2", "D2:G2"):
        sheet.merge_cells(area)
    for row in household_rows(12).itertuples(index=False):
        sheet.append([row[0], float(row[1]), float(row[2]), *map(int, row[3:])])
    for number in (40, 41, 60):
        sheet.cell(number, 1, " ")
    book.save(tmp_path / "h.xlsx")
    ran = gridmap.run("import-households", tmp_path / "h.xlsx", "--crs", "4490")
    assert ran.code == 0, ran.said
    assert households(gridmap) == before + 12


def test_three_bad_rows_of_a_thousand(gridmap: Gridmap, tmp_path: Path) -> None:
    before = households(gridmap)
    rows = household_rows(1000)
    rows.loc[10, "经度"] = "115.01x"
    rows.loc[500, "常住人口"] = "-1"
    rows.loc[998, "户号"] = ""
    file = write_csv(tmp_path / "h.csv", rows)
    ran = assert_refused(
        gridmap,
        "import-households", file, "--crs", "4490",
        says=("1000 rows read, 997 accepted, 3 refused, 0 loaded", "第 12 行", "--keep-going"),
    )  # fmt: skip
    assert ran.code == 1
    found = refused_rows(tmp_path / "h.refused.csv")
    assert [(row[0], row[1]) for row in found] == [
        ("12", "经度"), ("502", "常住人口"), ("1000", "户号"),
    ]  # fmt: skip
    ran = gridmap.run(
        "import-households", file, "--crs", "4490", "--keep-going", "--report", tmp_path / "r.csv"
    )
    assert ran.code == 1
    assert "997 loaded" in ran.out
    assert households(gridmap) == before + 997
    assert len(refused_rows(tmp_path / "r.csv")) == 3
    assert gridmap.run("check").code == 0


BAD_CELLS = [
    ("经度", "10000000", "cannot be longitude and latitude"),
    ("经度", "NaN", "not a finite number"),
    ("经度", "东经115度", "is not a number"),
    ("纬度", "", "is empty"),
    ("纬度", "34.59", "lies in no grid"),
    ("纬度", "35.7", "outside the box"),
    ("常住人口", "三", "is not a number"),
    ("常住人口", "2.5", "not a whole number"),
    ("常住人口", "40000", "outside 0 … 32767"),
    ("户号", "N00001", "more than once"),
    ("户号", "H000003", "already"),
    ("户号", "N\x01", "control character"),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD_CELLS)
def test_a_bad_cell_is_refused(
    refusing: Gridmap, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    rows = household_rows()
    rows.loc[5, column] = value
    file = write_csv(tmp_path / "h.csv", rows)
    assert_refused(refusing, "import-households", file, "--crs", "4490", says=(reason,))
    found = refused_rows(tmp_path / "h.refused.csv")
    assert any(row[0] == "7" and reason in row[4] for row in found)


def test_swapped_columns_say_so(refusing: Gridmap, tmp_path: Path) -> None:
    rows = household_rows().rename(columns={"经度": "纬度", "纬度": "经度"})
    file = write_csv(tmp_path / "h.csv", rows)
    assert_refused(
        refusing, "import-households", file, "--crs", "4490", says=("probably swapped", "写反")
    )


def test_the_crs_has_no_default(refusing: Gridmap, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "h.csv", household_rows())
    says = ("--crs", "EPSG:4490", "GCJ-02", "未指明坐标系")
    assert_refused(refusing, "import-households", file, says=says)
    file = write_csv(tmp_path / "e.csv", event_rows())
    assert_refused(refusing, "import-events", file, "--source", "x", says=says)
    assert_refused(
        refusing, "import-households", file, "--crs", "xian80", says=("refused", "西安80")
    )


def test_formulas_are_inert_in_the_report(refusing: Gridmap, tmp_path: Path) -> None:
    rows = household_rows()
    rows.loc[0, "经度"] = '=HYPERLINK("http://x")'
    rows.loc[1, "经度"] = "@SUM(A1)"
    file = write_csv(tmp_path / "h.csv", rows)
    assert refusing.run("import-households", file, "--crs", "4490").code == 1
    values = [row[2] for row in refused_rows(tmp_path / "h.refused.csv")]
    assert values == ['\'=HYPERLINK("http://x")', "'@SUM(A1)"]


def test_too_many_cells_in_a_row(refusing: Gridmap, tmp_path: Path) -> None:
    text = household_rows(3).to_csv(index=False).splitlines()
    text[2] += ",多余,又多余"
    file = tmp_path / "h.csv"
    file.write_text("\n".join(text), encoding="utf-8")
    assert_refused(
        refusing, "import-households", file, "--crs", "4490", says=("more cells", "第 3 行")
    )


def test_other_headers_can_be_named(gridmap: Gridmap, tmp_path: Path) -> None:
    rows = household_rows().rename(columns={"户号": "门牌"})
    file = write_csv(tmp_path / "h.csv", rows)
    command = ("import-households", file, "--crs", "4490")
    assert_refused(gridmap, *command, says=("household_no", "--map"))
    assert_refused(gridmap, *command, "--map", "household_no=无此列", says=("no column",))
    assert_refused(gridmap, *command, "--map", "colour=门牌", says=("field=HEADER",))
    assert gridmap.run(*command, "--map", "household_no=门牌").code == 0


def bad_files() -> list[tuple[str, bytes, str]]:
    return [
        ("empty.csv", b"", "is empty"),
        ("empty.xlsx", b"", "is empty"),
        ("blank.csv", b"\n\n\n", "no rows"),
        ("header.csv", "户号,经度,纬度\n\n".encode(), "no rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "a picture"),
        ("book.csv", b"PK\x03\x04....", "workbook"),
        ("text.xlsx", "户号,经度\n".encode(), "is no workbook"),
        ("cut.xlsx", b"PK\x03\x04....", "ZIP"),
        ("nul.csv", "户号,经度\n1,\0\n".encode(), "not text"),
        ("open.csv", '户号,经度,纬度\n1,"115,34\n'.encode(), "quotation mark"),
        ("old.xls", b"\xd0\xcf\x11\xe0", "ending is not known"),
    ]


@pytest.mark.parametrize(("name", "data", "reason"), bad_files())
def test_a_file_that_is_not_what_it_says(
    refusing: Gridmap, tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert_refused(refusing, "import-households", tmp_path / name, "--crs", "4490", says=(reason,))


def test_a_missing_file(refusing: Gridmap, tmp_path: Path) -> None:
    ran = refusing.spawn("import-households", tmp_path / "no.csv", "--crs", "4490")
    assert ran.returncode == 1
    assert "cannot be read" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_events_with_names_of_categories(gridmap: Gridmap, tmp_path: Path) -> None:
    rows = event_rows()
    rows.loc[0, "类别"] = "婚姻家庭"
    rows["办结时间"] = ""
    rows.loc[0, "办结时间"] = "2024年3月7日 9时5分"
    rows["是否化解"] = ""
    rows.loc[0, "是否化解"] = "是"
    rows["级别"] = "特急"
    file = write_csv(tmp_path / "e.csv", rows, "gb18030")
    ran = gridmap.run("import-events", file, "--crs", "4490", "--source", "hotline_12345")
    assert ran.code == 0, ran.said
    found = gridmap.query(
        "SELECT category_code, level, channel, phase,"
        " (closed_at AT TIME ZONE 'Asia/Shanghai')::text, resolved FROM event"
        " WHERE source = 'hotline_12345' ORDER BY source_id LIMIT 2"
    )
    assert found == [
        ("0101", 1, "hotline_12345", "feedback", "2024-03-07 09:05:00", True),
        ("0502", 1, "hotline_12345", "report", None, None),
    ]
    again = assert_refused(
        gridmap,
        "import-events", file, "--crs", "4490", "--source", "hotline_12345",
        says=("already", "20 refused"),
    )  # fmt: skip
    assert again.code == 1


BAD_EVENTS = [
    ({"类别": "9999"}, "event catalogue"),
    ({"类别": ""}, "is empty"),
    ({"上报时间": "2024-02-30"}, "is not a date"),
    ({"上报时间": "1026-02-03"}, "outside 1949"),
    ({"上报时间": "2098-03-05"}, "in the future"),
    ({"上报时间": "45721.5"}, "is not a date"),
    ({"发生时间": "2024-03-06"}, "before it occurred"),
    ({"办结时间": "2024-03-01"}, "closed before"),
    ({"状态": "已办结"}, "no closing time"),
    ({"状态": "上报", "办结时间": "2024-03-06"}, "not closed"),
    ({"状态": "天知道"}, "state must be"),
    ({"是否化解": "是", "办结时间": "2024-03-06"}, "only disputes"),
    ({"类别": "0101", "是否化解": "是"}, "before it is closed"),
    ({"级别": "九级"}, "level must be"),
    ({"渠道": "鸽子"}, "channel must be"),
    ({"流程": "没有"}, "workflow must be"),
    ({"标题": "长" * 201}, "longer than 200"),
    ({"纬度": "34.58"}, "lies in no grid"),
    ({"定位精度": "-5"}, "0 … 1000000 metres"),
    ({"定位精度": "1e308"}, "0 … 1000000 metres"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD_EVENTS)
def test_a_bad_event_is_refused(
    refusing: Gridmap, tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    rows = event_rows()
    for column, value in cells.items():
        if column not in rows:
            rows[column] = ""
        rows.loc[3, column] = value
    file = write_csv(tmp_path / "e.csv", rows)
    command = ("import-events", file, "--crs", "4490", "--source", "x")
    assert_refused(refusing, *command, says=(reason, "第 5 行"))


def test_events_outside_every_grid_when_allowed(gridmap: Gridmap, tmp_path: Path) -> None:
    rows = event_rows()
    rows.loc[3, "纬度"] = "34.58"
    file = write_csv(tmp_path / "e.csv", rows)
    ran = gridmap.run("import-events", file, "--crs", "4490", "--source", "x", "--allow-outside")
    assert ran.code == 0, ran.said
    lost = gridmap.query("SELECT source_id FROM event WHERE basic_grid_id IS NULL")
    assert lost == [("W00003",)]


@pytest.mark.parametrize("source", ["a\x01b", "s" * 65, "a\udcffb"])
def test_a_source_is_a_name(refusing: Gridmap, tmp_path: Path, source: str) -> None:
    file = write_csv(tmp_path / "e.csv", event_rows())
    command = ("import-events", file, "--crs", "4490", "--source", source)
    assert_refused(refusing, *command, says=("at most 64 characters",))


def test_a_long_line_is_not_repeated(refusing: Gridmap, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes(b"a" * 1_000_000)
    command = ("import-events", tmp_path / "e.csv", "--crs", "4490", "--source", "x")
    ran = assert_refused(refusing, *command, says=("no header row",))
    assert len(ran.said) < 10_000


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="n"><v>1</v></c></row>{}</sheetData></worksheet>'
)
BROKEN_SHEETS = [
    '<row r="2"><c r="A2" t="s"><v>99999</v></c></row>',
    '<row r="99999999999"><c r="A99999999999" t="n"><v>1</v></c></row>',
    '<row r="abc"><c r="A2" t="n"><v>1</v></c></row>',
    '<row r="2"><c r="A2" t="d"><v>99999-99</v></c></row>',
]


@pytest.mark.parametrize("row", BROKEN_SHEETS)
def test_a_workbook_that_breaks_its_own_rules(refusing: Gridmap, tmp_path: Path, row: str) -> None:
    openpyxl.Workbook().save(tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "h.xlsx", "w") as broken,
    ):
        for name in whole.namelist():
            data = whole.read(name)
            broken.writestr(name, SHEET.format(row) if "sheet1" in name else data)
    command = ("import-households", tmp_path / "h.xlsx", "--crs", "4490")
    assert_refused(refusing, *command, says=("cannot be read as a workbook",))


def test_events_need_a_source(refusing: Gridmap, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "e.csv", event_rows())
    assert_refused(refusing, "import-events", file, "--crs", "4490", says=("--source",))
