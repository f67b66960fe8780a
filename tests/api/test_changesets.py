"""Drafts of boundary changes over HTTP, from the first stroke to publication."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from sqlalchemy import Engine, text

from api.app import create_app
from api.routes import changesets, talking
from api.schemas.changesets import FaultOut
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from tests import factories
from tests.api.drafting import (
    COUNTY,
    PEOPLE,
    A,
    B,
    Draft,
    Person,
    cut,
    degrees,
    give_keys,
    moved_corner,
)
from tests.api.server import serving, settings_for
from tests.api.test_problems import assert_problem

GRID = factories.VILLAGES[0] + "002"


@pytest.fixture(scope="session")
def peopled(cluster: Cluster, small_world: str) -> str:
    """Name of a database with the small county and its planners, to clone."""
    cluster.create_database("gridmap_test_peopled", template=small_world)
    engine = make_engine(cluster.url("gridmap_test_peopled"), statement_timeout_s=30)
    give_keys(engine)
    engine.dispose()
    return "gridmap_test_peopled"


@pytest.fixture
def url(clone, peopled: str) -> str:
    return clone(peopled)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, statement_timeout_s=30)
    yield engine
    engine.dispose()


@pytest.fixture
def people(url: str, tmp_path) -> Iterator[dict[str, Person]]:
    """A server that lets nobody in unasked, and those who ask it."""
    app = create_app(settings_for(url, anonymous="none", state_dir=tmp_path))
    with serving(app) as client:
        yield {name: Person(client, name) for name in PEOPLE}


def states(engine: Engine) -> list[tuple[object, ...]]:
    """All that a draft consists of, to the bit."""
    with engine.connect() as owner:
        return [
            tuple(row)
            for table, order in (("changeset_grid", "code"), ("changeset_op", "op_no"))
            for row in owner.execute(
                text(f"SELECT to_jsonb(t) - 'is_undone' FROM {table} AS t ORDER BY {order}")
            )
        ]


def working(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as owner:
        return [
            tuple(row) for row in owner.execute(text("SELECT * FROM changeset_grid ORDER BY code"))
        ]


def test_a_draft_from_the_first_stroke_to_publication(people, engine):
    draft = people["east"].draft(A, title="  东镇调整 ")
    assert draft.see()["title"] == "东镇调整"
    told = draft.do("ops", moved_corner(1, 1))
    assert {f["properties"]["action"] for f in told["changed"]} == {"modify"}
    draft.do("ops", cut(0, 1))
    verdict = draft.see("/validation")
    assert verdict["state"] == "publishable"
    assert verdict["errors"] == []
    draft.do("submit")
    assert_problem(draft.try_("ops", moved_corner(1, 2)), 409)
    assert_problem(draft.try_("approve"), 403)
    draft.do("approve", {"comment": "同意"}, by=people["reviewer"])
    assert draft.see()["state"] == "approved"
    weighed = draft.see("/preview")
    published = draft.do("publish", by=people["reviewer"])
    assert published["generation"] == 2
    assert weighed["totals"]["area_m2"] > 0
    # Of what is published there is no before any more: the figures that were decided on stay.
    assert draft.see("/preview") == weighed
    assert published["changeset"]["state"] == "published"
    with engine.connect() as owner:
        left = owner.scalar(
            text(
                "SELECT count(*) FROM grid_version WHERE upper_inf(generations)"
                " AND upper_inf(valid) AND kind <> 'exclusive'"
            )
        )
    assert left == 13
    assert_problem(draft.try_("undo"), 409)
    assert [review["reviewer"] for review in draft.see()["reviews"]] == ["key:reviewer"]


def test_undo_and_redo_restore_every_bit(people, engine):
    draft = people["east"].draft(A)
    seen = [working(engine)]
    for operation in (moved_corner(1, 1), cut(0, 1, identity="new"), moved_corner(1, 2)):
        draft.do("ops", operation)
        seen.append(working(engine))
    for expected in reversed(seen[:-1]):
        draft.do("undo")
        assert working(engine) == expected
    assert_problem(draft.try_("undo"), 409)
    for expected in seen[1:]:
        draft.do("redo")
        assert working(engine) == expected
    assert_problem(draft.try_("redo"), 409)


def test_an_undo_tells_of_grids_that_only_the_draft_had(people):
    draft = people["east"].draft(A)
    done = draft.do("ops", cut(0, 1, identity="new"))["changed"]
    west, east = (f["id"] for f in done if f["properties"]["action"] == "create")
    draft.do("ops", {"op": "merge", "grids": [west, east], "keep": west})
    for deed, gone in (("undo", []), ("redo", [east]), ("undo", []), ("undo", [west, east])):
        told = {one["id"]: one for one in draft.do(deed)["changed"]}
        assert [code for code, one in told.items() if one["geometry"] is None] == gone, deed
        assert all(told[code]["properties"]["action"] is None for code in gone)


def test_what_follows_an_undo_drops_what_was_undone(people):
    draft = people["east"].draft(A)
    draft.do("ops", moved_corner(1, 1))
    draft.do("ops", moved_corner(1, 2))
    draft.do("undo")
    draft.do("ops", cut(0, 2))
    assert_problem(draft.try_("redo"), 409)
    draft.do("undo")
    assert draft.do("redo")["operation"]["op"] == "split"
    log = draft.see("/ops")["items"]
    assert [one["operation"]["op"] for one in log] == ["move_vertices", "split"]


def test_moving_there_and_back_leaves_nothing_to_publish(people):
    draft = people["east"].draft(A)
    there = moved_corner(1, 1)
    draft.do("ops", there)
    draft.do("ops", there | {"moves": [there["moves"][0][::-1]]})
    assert draft.see()["grids"] == 0
    assert draft.see("/validation")["state"] == "empty"
    assert_problem(draft.try_("submit"), 409)
    draft.do("undo")
    assert draft.see()["grids"] == 4


def test_every_change_says_on_which_version(people):
    draft = people["east"].draft(A)
    stale = draft.etag
    assert_problem(people["east"].post(f"{draft.path}/ops", moved_corner(1, 1)), 428)
    draft.do("ops", moved_corner(1, 1))
    for deed, body in (
        ("ops", moved_corner(1, 2)),
        ("undo", None),
        ("redo", None),
        ("rebase", {}),
        ("submit", None),
        ("withdraw", None),
    ):
        answer = people["east"].post(f"{draft.path}/{deed}", body, stale)
        assert_problem(answer, 412)
        assert answer.json()["etag"] == draft.etag
        assert_problem(people["east"].post(f"{draft.path}/{deed}", body), 428)
    for wrong in ('"cs-999-v1"', "*", "nonsense"):
        assert_problem(people["east"].post(f"{draft.path}/undo", None, wrong), 412)
    patch = people["east"].ask("PATCH", draft.path, {"title": "x"}, stale)
    assert_problem(patch, 412)


def test_a_dry_run_writes_nothing_and_says_the_same(people, engine):
    draft = people["east"].draft(A)
    before = states(engine)
    tried = people["east"].post(f"{draft.path}/ops?dry_run=true", cut(0, 1))
    assert tried.status_code == 200, tried.text
    assert states(engine) == before
    assert tried.headers["etag"] == draft.etag
    done = draft.do("ops", cut(0, 1))
    for part in ("operation", "changed", "auto_fixes", "warnings", "preview"):
        assert tried.json()[part] == done[part]


def test_the_preview_counts_what_a_publication_moves(people, engine):
    draft = people["east"].draft(A)
    draft.do("ops", moved_corner(1, 1, 20_000, 15_000))
    told = draft.do("ops", cut(1, 1))
    whole = draft.see("/preview")
    by_code = {grid["code"]: grid for grid in whole["grids"]}
    for grid in told["preview"]["grids"]:
        assert grid == by_code[grid["code"]]
    assert told["preview"]["townships"] == whole["townships"]
    # What moves is told of the operation alone, and of the draft as a whole where that is asked.
    for weighed in (told["preview"], whole):
        parts = [one["properties"] for one in weighed["moved"]]
        assert weighed["totals"]["households"] == sum(part["households"] for part in parts)
    assert 0 < told["preview"]["totals"]["area_m2"] < whole["totals"]["area_m2"]
    draft.do("submit")
    draft.do("approve", by=people["reviewer"])
    published = draft.do("publish", by=people["reviewer"])
    assert published["refiled_households"] == whole["totals"]["households"] > 0
    assert published["refiled_events"] == whole["totals"]["events"] > 0
    with engine.connect() as owner:
        filed = dict(
            owner.execute(
                text(
                    "SELECT v.code, count(h.household_id) FROM grid_version AS v"
                    " LEFT JOIN household AS h ON h.basic_grid_id = v.grid_id"
                    " WHERE upper_inf(v.generations) AND upper_inf(v.valid) GROUP BY v.code"
                )
            ).all()
        )
    for code, grid in by_code.items():
        assert filed[code] == grid["after"]["households"], code


def test_the_band_is_a_parameter(people):
    draft = people["east"].draft(A)
    draft.do("ops", moved_corner(1, 1))
    few = people["east"].get(f"{draft.path}/preview?band=0-5").json()
    assert {grid["band"] for grid in few["grids"]} <= {"within", "above"}
    assert few["band"] == {"least": 0, "most": 5}
    assert_problem(people["east"].get(f"{draft.path}/preview?band=5-1"), 422)


REFUSED = {
    "CUT_MISSES": {
        "op": "split",
        "grid": GRID,
        "line": [degrees((1_150_020_000, 345_150_000)), degrees((1_150_040_000, 345_150_000))],
    },
    "OUTSIDE_TOWN": moved_corner(2, 1),
    "FLIPPED": moved_corner(1, 1, 180_000, 0),
    "STALE": {
        "op": "move_vertices",
        "moves": [[[115.0000001, 34.5000001], [115.0000002, 34.5000001]]],
    },
}


@pytest.mark.parametrize("code", REFUSED)
def test_refusals_come_with_codes_places_and_both_languages(people, engine, code):
    draft = people["east"].draft(A)
    before = states(engine)
    answer = draft.try_("ops", REFUSED[code])
    assert_problem(answer, 422)
    problem = answer.json()
    assert problem["type"] == "/problems/edit-refused"
    codes = {error["code"] for error in problem["errors"]}
    assert code in codes or (
        code == "FLIPPED" and codes <= {"FLIPPED", "GEOM_INVALID", "OUTSIDE_TOWN"}
    )
    for error in problem["errors"]:
        assert set(error) == set(FaultOut.model_fields)
        assert error["geometry"] is not None
        assert error["detail"] != error["detail_zh"]
    assert states(engine) == before


def test_a_remedy_that_is_offered_is_taken(people):
    draft = people["east"].draft(A)
    (error,) = draft.try_("ops", REFUSED["CUT_MISSES"]).json()["errors"]
    draft.do("ops", error["fix"])


def test_nobody_reviews_what_he_had_a_hand_in(people):
    draft = people["both_hats"].draft(A)
    draft.do("ops", moved_corner(1, 1))
    draft.do("ops", moved_corner(1, 2), by=people["county"])
    draft.do("submit")
    answer = draft.try_("approve", by=people["both_hats"])
    assert_problem(answer, 403)
    assert "hand" in answer.json()["detail"]
    assert_problem(draft.try_("approve", by=people["reviewer_west"]), 404)
    draft.do("reject", {"comment": "请先征求意见"}, by=people["reviewer_east"])
    assert draft.see()["state"] == "rejected"
    draft.do("undo")
    assert draft.see()["state"] == "draft"


def test_two_townships_need_both_and_the_county(people):
    draft = people["county"].draft(A, B)
    draft.do("ops", moved_corner(2, 1))
    draft.do("submit")
    assert draft.see()["missing_approvals"] == [A, B, COUNTY]
    draft.do("approve", by=people["reviewer_east"])
    assert draft.see()["missing_approvals"] == [B, COUNTY]
    assert_problem(draft.try_("publish", by=people["reviewer"]), 409)
    draft.do("approve", by=people["reviewer_west"])
    assert draft.see()["missing_approvals"] == [COUNTY]
    draft.do("approve", by=people["reviewer"])
    assert draft.see()["state"] == "approved"
    draft.do("publish", by=people["reviewer"])


def test_a_withdrawn_draft_needs_its_approvals_anew(people):
    draft = people["county"].draft(A, B)
    draft.do("ops", moved_corner(2, 1))
    draft.do("submit")
    draft.do("approve", by=people["reviewer_east"])
    draft.do("withdraw")
    draft.do("ops", moved_corner(1, 1))
    draft.do("submit")
    assert draft.see()["missing_approvals"] == [A, B, COUNTY]


def test_an_edit_across_the_border_needs_both_in_the_scope(people):
    draft = people["county"].draft(A)
    answer = draft.try_("ops", moved_corner(2, 1))
    assert_problem(answer, 422)
    assert {error["code"] for error in answer.json()["errors"]} == {"OUTSIDE_TOWN"}
    elsewhere = draft.try_("ops", cut(3, 1))
    assert {error["code"] for error in elsewhere.json()["errors"]} == {"OUTSIDE_TOWN"}


def test_a_planner_learns_nothing_of_the_other_township(people, engine):
    with engine.begin() as owner:
        owner.execute(
            text("UPDATE grid_version SET name = '机密' WHERE division_code LIKE :b"),
            {"b": B[:9] + "%"},
        )
        owner.execute(
            text("UPDATE division SET name = '机密' WHERE code LIKE :b"), {"b": B[:9] + "%"}
        )
    hidden = people["west"].draft(B, title="机密")
    hidden.do("ops", moved_corner(3, 1))
    draft = people["east"].draft(A)
    told = [
        draft.try_("ops", moved_corner(2, 1)).text,
        draft.try_("ops", cut(3, 1)).text.replace(cut(3, 1)["grid"], ""),
        draft.try_("ops", cut(1, 1) | {"exact_end": True}).text,
        people["east"].get("/changesets").text,
        people["east"].get(f"/changesets/{draft.number}/grids").text,
        people["east"].get(f"/changesets/{draft.number}/ops").text,
        people["east"].get(f"/changesets/{draft.number}/preview").text,
        people["east"].get(f"/changesets/{draft.number}/validation").text,
    ]
    for part in ("", "/grids", "/ops", "/preview", "/validation", "/comments", "/presence"):
        answer = people["east"].get(f"{hidden.path}{part}")
        assert_problem(answer, 404)
        told.append(answer.text)
    for answer in told:
        assert "机密" not in answer
        assert B[:9] not in answer
    with engine.connect() as owner:
        found = owner.execute(
            text(
                "SELECT division_code, action, name FROM changeset_grid"
                " WHERE changeset_id = :number"
            ),
            {"number": draft.number},
        ).all()
    # The cut ends on the border, exactly: the neighbour has got its vertex, under its own name.
    over = [row for row in found if row.division_code.startswith(B[:9])]
    assert [(row.action, row.name) for row in over] == [("node_only", "机密")]
    draft.etag = people["east"].get(draft.path).headers["etag"]
    draft.do("undo")
    draft.do("redo")
    draft.do("submit")
    draft.do("approve", by=people["reviewer"])
    draft.do("publish", by=people["reviewer"])


def test_planners_draft_in_their_townships_only(people):
    for scope in ([B], [A, B], [COUNTY]):
        answer = people["east"].post("/changesets", {"title": "x", "scope": scope})
        assert_problem(answer, 403)
    for scope in ([factories.VILLAGES[0]], ["990101999000"]):
        answer = people["county"].post("/changesets", {"title": "x", "scope": scope})
        assert_problem(answer, 422)
    assert_problem(people["viewer"].post("/changesets", {"title": "x", "scope": [A]}), 403)
    draft = people["east"].draft(A)
    assert_problem(draft.try_("ops", moved_corner(1, 1), by=people["west"]), 404)
    assert_problem(draft.try_("ops", moved_corner(1, 1), by=people["viewer"]), 403)
    assert draft.see(by=people["viewer"])["author"] == "key:east"


def approved(draft: Draft, people: dict[str, Person]) -> Draft:
    draft.do("submit")
    draft.do("approve", by=people["reviewer"])
    return draft


def test_two_planners_on_different_grids_both_publish(people):
    first, second = people["county"].draft(A, B), people["other"].draft(A)
    first.do("ops", cut(3, 2))
    second.do("ops", cut(0, 0))
    approved(second, people)
    first.do("submit")
    for name in ("reviewer_east", "reviewer_west", "reviewer"):
        first.do("approve", by=people[name])
    assert first.do("publish", by=people["reviewer"])["generation"] == 2
    assert second.do("publish", by=people["reviewer"])["generation"] == 3


def test_of_two_on_one_grid_the_second_rebases(people):
    first, second = people["east"].draft(A), people["county"].draft(A)
    first.do("ops", moved_corner(1, 1))
    second.do("ops", cut(0, 2))
    second.do("ops", moved_corner(1, 1, -2_000, -2_000))
    approved(second, people)
    approved(first, people).do("publish", by=people["reviewer"])
    answer = second.try_("publish", by=people["reviewer"])
    assert_problem(answer, 409)
    assert answer.json()["codes"]
    second.do("withdraw")
    verdict = second.see("/validation")
    assert verdict["state"] == "stale"
    assert GRID in verdict["stale"]
    stale = second.try_(
        "ops",
        moved_corner(1, 1, -2_000, -2_000)
        | {"moves": [[second_place(1, 1, -2_000, -2_000), second_place(1, 1, -1_000, -1_000)]]},
    )
    assert_problem(stale, 409)
    assert stale.json()["code"] == "STALE"
    assert GRID in stale.json()["codes"]
    told = second.do("rebase", {})
    assert not told["is_written"]
    assert [one["state"] for one in told["operations"]] == ["clean", "conflict"]
    assert {error["code"] for error in told["operations"][1]["errors"]} == {"STALE"}
    assert second.see()["operations"] == 2
    kept = second.do("rebase", {"choices": {"2": "keep"}})
    assert kept["is_written"]
    assert [one["state"] for one in kept["operations"]] == ["clean", "kept"]
    assert second.see("/validation")["state"] == "publishable"
    assert kept["changeset"]["base_generation"] == 2
    approved(second, people)
    assert second.do("publish", by=people["reviewer"])["generation"] == 3


def second_place(column: int, row: int, east: int, north: int) -> list[float]:
    x, y = factories.corner(column, row)
    return degrees((x + east, y + north))


def test_a_dropped_operation_is_gone(people):
    first, second = people["east"].draft(A), people["county"].draft(A)
    first.do("ops", moved_corner(1, 1))
    second.do("ops", moved_corner(1, 1, -2_000, -2_000))
    second.do("ops", cut(0, 2))
    approved(first, people).do("publish", by=people["reviewer"])
    told = second.do("rebase", {"choices": {"1": "drop"}})
    assert [one["state"] for one in told["operations"]] == ["dropped", "clean"]
    assert [one["operation"]["op"] for one in second.see("/ops")["items"]] == ["split"]


def test_two_drafts_never_give_the_same_code(people):
    first, second = people["east"].draft(A), people["county"].draft(A)
    codes = []
    for draft in (first, second):
        told = draft.do("ops", cut(0, 1))
        codes += [f["id"] for f in told["changed"] if f["properties"]["action"] == "create"]
    first.do("undo")
    third = people["county"].draft(A)
    told = third.do("ops", cut(0, 0))
    codes += [f["id"] for f in told["changed"] if f["properties"]["action"] == "create"]
    assert len(set(codes)) == 3


def test_of_many_at_once_on_one_draft_one_wins(people, engine):
    draft = people["east"].draft(A)
    operations = [moved_corner(1, 1, 100 * n, 0) for n in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: draft.try_("ops", one), operations))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    with engine.connect() as owner:
        assert owner.scalar(text("SELECT count(*) FROM changeset_op")) == 1


def test_publishing_again_with_the_same_key_changes_nothing(people, engine):
    draft = people["east"].draft(A)
    draft.do("ops", moved_corner(1, 1))
    approved(draft, people)
    key = {"Idempotency-Key": "3f1c"}

    def ask(headers: dict[str, str]) -> httpx.Response:
        return people["reviewer"].post(f"{draft.path}/publish", None, draft.etag, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(key), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert_problem(ask({}), 412)
    with engine.connect() as owner:
        assert owner.scalar(text("SELECT max(generation) FROM generation")) == 2


def test_comments_are_pinned_and_presence_is_told(people):
    draft = people["east"].draft(A)
    place = {"body": "此处有河", "lon": 115.0101, "lat": 34.505}
    answer = people["reviewer"].post(f"{draft.path}/comments", place)
    assert answer.status_code == 201, answer.text
    assert {key: answer.json()[key] for key in place} == place
    people["east"].post(f"{draft.path}/comments", {"body": "已核实"})
    told = draft.see("/comments")["items"]
    assert [(one["author"], one["lon"]) for one in told] == [
        ("key:reviewer", 115.0101),
        ("key:east", None),
    ]
    assert_problem(people["viewer"].post(f"{draft.path}/comments", {"body": "x"}), 403)
    assert_problem(people["east"].post(f"{draft.path}/comments", {"body": "x", "lon": 115}), 422)
    assert draft.see()["comments"] == 2
    remark = f"{draft.path}/comments/{told[0]['comment_id']}"
    settled = people["east"].ask("PATCH", remark, {"is_resolved": True})
    assert settled.json()["resolved_at"] is not None
    again = people["reviewer"].ask("PATCH", remark, {"is_resolved": True})
    assert again.json() == settled.json()
    assert draft.see()["comments"] == 1
    assert people["east"].ask("PATCH", remark, {"is_resolved": False}).json()["resolved_at"] is None
    assert_problem(people["viewer"].ask("PATCH", remark, {"is_resolved": True}), 403)
    unknown = f"{draft.path}/comments/{told[-1]['comment_id'] + 1}"
    assert_problem(people["east"].ask("PATCH", unknown, {"is_resolved": True}), 404)
    draft.do("ops", moved_corner(1, 1))
    other = people["county"].draft(A)
    people["county"].post(f"{other.path}/presence", {"grids": [GRID]})
    answer = people["east"].post(f"{draft.path}/presence", {"grids": []})
    assert {one["actor"] for one in answer.json()["items"]} == {"key:east", "key:county"}
    assert draft.see("/presence")["numberReturned"] == 2
    assert people["county"].ask("DELETE", f"{other.path}/presence").status_code == 204
    assert [one["actor"] for one in draft.see("/presence")["items"]] == ["key:east"]


def test_presence_ends(people, engine):
    draft = people["east"].draft(A)
    people["east"].post(f"{draft.path}/presence", {"grids": []})
    with engine.begin() as owner:
        owner.execute(text("UPDATE editor_presence SET seen_at = now() - interval '11 minutes'"))
    assert draft.see("/presence")["items"] == []


def test_drafts_are_listed_page_by_page(people):
    numbers = [people["east"].draft(A).number for _ in range(5)]
    people["west"].draft(B)
    found, path = [], "/changesets?limit=2"
    while path:
        page = people["east"].get(path).json()
        found += [item["id"] for item in page["items"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = following[0].split("/api/v1")[1] if following else None
    assert found == numbers[::-1]
    assert (
        people["viewer"].get("/changesets?state=draft&author=key:west").json()["numberReturned"]
        == 1
    )
    assert people["viewer"].get(f"/changesets?division={B}").json()["numberReturned"] == 1
    assert people["viewer"].get("/changesets?state=published").json()["items"] == []


def test_a_draft_is_described_anew(people):
    draft = people["county"].draft(A)
    answer = people["county"].ask(
        "PATCH", draft.path, {"title": "新", "scope": [A, B[:9]]}, draft.etag
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == [A, B]
    draft.etag = answer.headers["etag"]
    draft.do("ops", moved_corner(2, 1))
    shrunk = people["county"].ask("PATCH", draft.path, {"scope": [A]}, draft.etag)
    assert_problem(shrunk, 409)
    assert_problem(people["county"].ask("PATCH", draft.path, {"title": None}, draft.etag), 422)


def test_grids_of_a_draft_are_shown_as_it_has_them(people):
    draft = people["east"].draft(A)
    told = draft.do("ops", cut(0, 1, identity="new"))
    shown = {f["id"]: f for f in draft.see("/grids")["features"]}
    assert shown[GRID]["properties"]["action"] == "retire"
    assert shown[GRID]["geometry"] is None
    for one in told["changed"]:
        assert shown[one["id"]]["geometry"] == one["geometry"]
        assert shown[one["id"]]["properties"]["action"] == one["properties"]["action"]


def test_answers_are_as_documented(people):
    """Every answer on a draft that had all done to it fits the model of its route."""
    draft = people["county"].draft(A)
    models = {
        (method, route.path.removeprefix("/api/v1")): TypeAdapter(route.response_model)
        for route in [*changesets.router.routes, *talking.router.routes]
        if isinstance(route, APIRoute) and route.response_model
        for method in route.methods
    }
    asked = set()

    def ask(method: str, part: str = "", body: object = None, by: str = "county") -> None:
        path = "/changesets/{changeset_id}" + part
        answer = people[by].ask(method, draft.path + part, body, draft.etag)
        assert answer.is_success, (method, part, answer.text)
        models[method, path].validate_json(answer.content)
        draft.etag = people["county"].get(draft.path).headers["etag"]
        asked.add((method, path))

    ask("PATCH", body={"reason": "理由", "effective_from": None})
    ask("POST", "/ops", moved_corner(1, 1))
    ask("POST", "/ops", cut(1, 1) | {"exact_end": True})
    ask("POST", "/undo")
    ask("POST", "/redo")
    ask("POST", "/rebase", {})
    ask("POST", "/comments", {"body": "x", "lon": 115.0, "lat": 34.5})
    remark = people["county"].get(f"{draft.path}/comments").json()["items"][0]["comment_id"]
    settled = people["county"].ask(
        "PATCH", f"{draft.path}/comments/{remark}", {"is_resolved": True}
    )
    pattern = ("PATCH", "/changesets/{changeset_id}/comments/{comment_id}")
    models[pattern].validate_json(settled.content)
    asked.add(pattern)
    ask("POST", "/presence", {"grids": [GRID]})
    for part in ("", "/grids", "/ops", "/validation", "/preview", "/comments", "/presence"):
        ask("GET", part)
    ask("POST", "/submit")
    ask("POST", "/reject", {"comment": "x"}, by="reviewer")
    ask("POST", "/submit")
    ask("POST", "/approve", {}, by="reviewer")
    ask("POST", "/withdraw")
    ask("POST", "/submit")
    ask("POST", "/approve", {}, by="reviewer")
    ask("POST", "/publish", by="reviewer")
    listed = people["county"].get("/changesets")
    models["GET", "/changesets"].validate_json(listed.content)
    assert asked | {("GET", "/changesets"), ("POST", "/changesets")} == set(models)


def test_a_rollback_restores_both_layers_and_is_not_rebased(people):
    school = factories.VILLAGES[0] + "901"
    draft = people["east"].draft(A)
    draft.do("ops", {"op": "retire", "grid": school})
    draft.do("ops", cut(0, 1, identity="new"))
    approved(draft, people).do("publish", by=people["reviewer"])
    asked = {"county": "990101", "only": True}
    answer = people["east"].post("/generations/2/rollback", asked)
    assert answer.status_code == 201, answer.text
    back = f"/changesets/{answer.json()['changeset_id']}"
    gone = [f for f in people["east"].get(f"{back}/grids").json()["features"] if not f["geometry"]]
    assert {f["properties"]["action"] for f in gone} == {"retire"}
    assert all(f["properties"]["kind"] == "rural" for f in gone)
    assert people["east"].get(f"{back}/validation").json()["state"] == "publishable"
    etag = people["east"].get(back).headers["etag"]
    assert_problem(people["east"].post(f"{back}/rebase", {}, etag), 409)


def test_the_history_of_a_grid_tells_what_changed_and_who_published(people):
    draft = people["east"].draft(A)
    draft.do("ops", moved_corner(1, 1))
    approved(draft, people).do("publish", by=people["reviewer"])
    told = people["east"].get(f"/grids/{GRID}/history").json()["features"]
    first, *_, last = [version["properties"] for version in told]
    assert first["changes"] == ["created"]
    assert "shape" in [change for v in told for change in v["properties"]["changes"]]
    assert last["published_by"] == "key:reviewer"
    assert last["changeset_id"] == draft.number
    assert last["last_generation"] is None
    hidden = people["west"].get(f"/grids/{GRID}/history")
    assert_problem(hidden, 404)
