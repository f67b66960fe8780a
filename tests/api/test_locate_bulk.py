"""Many points in one request: four formats, one answer; what is wrong is said, never guessed."""

from __future__ import annotations

import io
import json
import math

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from api.bulk.points import CHUNK, MAX_POINTS
from gis.core.datum import from_cgcs2000
from tests.api.test_locate import STORED, points
from tests.api.test_problems import assert_problem

URL = "/api/v1/locate"
JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
FORMATS = (JSON, NDJSON, CSV, ARROW)
NAN = math.nan

Row = dict[str, object]


def encoded(rows: list[Row], media: str) -> bytes:
    """Return points in a format; all rows have the same members."""
    if media == JSON:
        return json.dumps({"points": rows}).encode()
    if media == NDJSON:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    table = pa.Table.from_pylist(rows)
    out = io.BytesIO()
    if media == CSV:
        pacsv.write_csv(table, out)
        return out.getvalue()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()


def decoded(answer: httpx.Response, media: str) -> list[Row]:
    """Return the answers of a response; ids as text, since CSV has no types."""
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"].partition(";")[0] == media
    if media == JSON:
        rows = answer.json()["results"]
    elif media == NDJSON:
        rows = [json.loads(line) for line in answer.text.splitlines()]
    elif media == CSV:
        options = pacsv.ConvertOptions(
            column_types=dict.fromkeys(("basic", "exclusive", "responsible", "id"), pa.string()),
            strings_can_be_null=True,
        )
        rows = pacsv.read_csv(io.BytesIO(answer.content), convert_options=options).to_pylist()
    else:
        rows = pa.ipc.open_stream(answer.content).read_all().to_pylist()
    return [row | {"id": None if row["id"] is None else str(row["id"])} for row in rows]


def send(api: httpx.Client, content: bytes, media: str, **more: object) -> httpx.Response:
    accept = str(more.pop("accept", media))
    headers = {"content-type": str(more.pop("content_type", media)), "accept": accept}
    return api.post(URL, content=content, headers=headers, params={"crs": STORED} | more)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [{"id": n, "lon": x, "lat": y} for n, (x, y) in enumerate(points().tolist())]


@pytest.fixture(scope="module")
def wanted(api, rows) -> list[Row]:
    """What the points are as one JSON document, which `test_locate` holds against PostGIS."""
    found = decoded(send(api, encoded(rows, JSON), JSON), JSON)
    assert len({row["basic"] for row in found}) == 13
    return found


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("media", FORMATS)
def test_every_format_says_the_same(api, rows, wanted, media, accept):
    answer = send(api, encoded(rows, media), media, accept=accept)

    assert decoded(answer, accept) == wanted
    assert answer.headers["gridmap-generation"] == "1"


def test_the_answer_comes_in_the_format_of_the_question_unless_asked(api, rows):
    content = encoded(rows[:3], CSV)

    assert send(api, content, CSV, accept="*/*").headers["content-type"].startswith(CSV)
    ranked = "text/html, application/x-ndjson;q=0.5, application/json;q=0.9"
    assert send(api, content, CSV, accept=ranked).headers["content-type"] == JSON
    assert_problem(send(api, content, CSV, accept="text/html"), 406, "http-error")
    assert_problem(send(api, content, CSV, content_type="text/html"), 415, "http-error")


@pytest.mark.parametrize("media", FORMATS)
def test_a_wrong_point_has_its_own_error(api, media):
    rows = [
        {"id": "good", "lon": 115.0101, "lat": 34.505, "crs": STORED},
        {"id": "missing", "lon": None, "lat": 34.505, "crs": STORED},
        {"id": "swapped", "lon": 34.505, "lat": 115.0101, "crs": STORED},
        {"id": "metres", "lon": 38_500_000.0, "lat": 3_820_000.0, "crs": STORED},
        {"id": "unknown", "lon": 115.0101, "lat": 34.505, "crs": "mars"},
        {"id": "elsewhere", "lon": 0.0, "lat": 0.0, "crs": STORED},
        {"id": "nameless", "lon": 115.0101, "lat": 34.505, "crs": None},
    ]
    content = encoded(rows, media)
    headers = {"content-type": media, "accept": JSON}
    found = api.post(URL, content=content, headers=headers).json()["results"]
    said = {row["id"]: row["error"] or "" for row in found}

    assert [row["id"] for row in found] == [row["id"] for row in rows]
    assert {name for name, words in said.items() if not words} == {"good", "elsewhere"}
    assert "finite" in said["missing"]
    assert "swapped" in said["swapped"]
    assert "metres" in said["metres"]
    assert "mars" in said["unknown"]
    assert "coordinate system" in said["nameless"]
    for row in found:
        assert bool(row["error"]) == bool(row["error_zh"])
        assert (row["responsible"] is None) == (row["id"] != "good")
    # What names no system takes that of the request.
    again = send(api, content, media, accept=JSON).json()["results"]
    assert again[-1] == found[0] | {"id": "nameless"}


@pytest.mark.parametrize(("media", "lon"), [(CSV, ["x", "nan", "inf", ""]), (ARROW, [NAN, -NAN])])
def test_what_is_no_number_is_an_error_of_its_point(api, media, lon):
    rows = [{"lon": value, "lat": 34.505} for value in [*lon, type(lon[0])(115.0101)]]
    found = decoded(send(api, encoded(rows, media), media), media)

    assert [bool(row["error"]) for row in found] == [True] * len(lon) + [False]


@pytest.mark.parametrize("crs", ["EPSG:4547", "GCJ-02", "BD-09"])
def test_columns_come_in_any_system(api, crs):
    x, y = (float(value) for value in from_cgcs2000(115.0101, 34.505, crs))
    content = encoded([{"lon": x, "lat": y}], ARROW)
    (found,) = decoded(send(api, content, ARROW, crs=crs), ARROW)

    assert found["responsible"] == "990101101201901"
    assert_problem(send(api, content, ARROW, crs="EPSG:4610"), 422, "unknown-crs")


def test_headers_may_be_chinese_and_text_gb18030(api):
    content = "编号,经度,纬度\n张庄一号,115.0101,34.505\n".encode("gb18030")
    media = "text/csv; charset=GB18030"
    (found,) = decoded(send(api, content, CSV, content_type=media), CSV)

    assert (found["id"], found["basic"]) == ("张庄一号", "990101101201001")
    assert_problem(send(api, content, CSV), 422, "invalid")
    mixed = "编号,经度,纬度\n张庄,115.0101,34.505\n".encode() + content.splitlines()[1]
    assert "UTF8" in assert_problem(send(api, mixed, CSV), 422, "invalid")["detail"]
    other = "text/csv; charset=koi8-r"
    assert_problem(send(api, content, CSV, content_type=other), 422, "invalid")


def test_a_stream_that_is_cut_off_anywhere_is_refused(api, rows):
    whole = encoded(rows[:200], ARROW)
    cuts = np.linspace(0, len(whole) - 1, 40).astype(int)

    for cut in [*cuts.tolist(), len(whole) - 8]:
        assert_problem(send(api, whole[:cut], ARROW), 422, "invalid")


def test_a_stream_that_is_damaged_never_breaks_the_route(api, rows):
    whole = encoded(rows[:200], ARROW)
    random = np.random.default_rng(11)
    for place in random.integers(0, len(whole) - 8, 60).tolist():
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        assert send(api, damaged, ARROW).status_code < 500


BAD = [
    (ARROW, encoded([{"lon": "115", "lat": 34.5}], ARROW), "string"),
    (ARROW, encoded([{"lon": 115.0, "lat": 34.5, "id": 1.5}], ARROW), "double"),
    (ARROW, encoded([{"lon": 115.0}], ARROW), "lat"),
    (ARROW, b"", "cut off"),
    (CSV, b"lon,lat\n115.0,34.5,7\n", "columns"),
    (CSV, b"lon\n115.0\n", "lat"),
    (CSV, b"lon,lat,longitude\n115.0,34.5,115.0\n", "longitude"),
    (CSV, b"", "CSV"),
    (NDJSON, b'{"lon": 115.0, "lat": 34.5}\n{"lon": 115.0\n', "line.2"),
    (NDJSON, b'{"lon": 1, "lat": 2}, {"lon": 1, "lat": 2}\n', "line.1"),
    (NDJSON, b'{"lon": 1, "lat": 2}\n{"lon": 1, "lat": "2a"}\n', "line.2.lat"),
    (JSON, b'{"points": [{"lon": 1, "lat": 2}, {"lon": 1, "lat": 2, "z": 3}]}', "points.1.z"),
    (JSON, b'{"points": {}}', "points"),
    (JSON, b'{"points": [], "epsg": 4490}', "epsg"),
]


@pytest.mark.parametrize(("media", "content", "says"), BAD, ids=range(len(BAD)))
def test_a_request_that_is_wrong_as_such_says_where(api, media, content, says):
    problem = assert_problem(send(api, content, media), 422, "invalid")

    assert says in problem["detail"]


def test_no_points_are_no_error(api):
    for media in (JSON, NDJSON):
        assert decoded(send(api, encoded([], media), media), media) == []
    table = pa.table({"lon": pa.array([], pa.float64()), "lat": pa.array([], pa.float64())})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema):
        pass
    assert decoded(send(api, out.getvalue(), ARROW), ARROW) == []
    assert decoded(send(api, b"lon,lat\n", CSV), CSV) == []


def columns(count: int) -> bytes:
    """Return an Arrow stream of random points with ids, in batches of uneven size."""
    random = np.random.default_rng(3).uniform((114.999, 34.499), (115.041, 34.531), (count, 2))
    table = pa.table({"id": np.arange(count), "lon": random[:, 0], "lat": random[:, 1]})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table, max_chunksize=CHUNK * 7 // 3)
    return out.getvalue()


def test_as_many_points_as_allowed_and_no_more(api):
    answer = send(api, columns(MAX_POINTS), ARROW)
    found = pa.ipc.open_stream(answer.content).read_all()

    assert found["id"].to_numpy().tolist() == list(range(MAX_POINTS))
    # In pieces or as a whole: the middle is answered as if it were asked alone.
    given = pa.ipc.open_stream(columns(MAX_POINTS)).read_all()
    middle = slice(CHUNK - 500, CHUNK + 500)
    alone = given.slice(middle.start, 1000).to_pylist()
    few = decoded(send(api, encoded(alone, JSON), JSON), JSON)
    assert [row["basic"] for row in few] == found["basic"].to_pylist()[middle]
    problem = assert_problem(send(api, columns(MAX_POINTS + 1), ARROW), 422, "invalid")
    assert "1,000,000" in problem["detail"]
    assert_problem(send(api, b"lon,lat\n" + b"115,34.5\n" * (MAX_POINTS + 1), CSV), 422, "invalid")


def test_a_long_json_document_is_answered_in_pieces(api):
    count = 2 * CHUNK + 17
    given = pa.ipc.open_stream(columns(count)).read_all()
    content = json.dumps({"crs": STORED, "points": given.to_pylist()}).encode()
    found = decoded(send(api, content, JSON), JSON)
    as_arrow = decoded(send(api, columns(count), ARROW), ARROW)

    assert found == as_arrow


def test_the_past_is_asked_about_in_the_query(api):
    content = encoded([{"lon": 115.0101, "lat": 34.505}], ARROW)

    assert decoded(send(api, content, ARROW, at="2024-12-31"), ARROW)[0]["basic"] is None
    assert decoded(send(api, content, ARROW, at="2025-02-01"), ARROW)[0]["basic"] is not None
    assert_problem(send(api, content, ARROW, generation=9), 404, "not-found")
    assert_problem(send(api, content, ARROW, at="yesterday"), 422, "invalid")
