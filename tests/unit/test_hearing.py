"""Who hears what (promise 5), and which snapshot has seen what another has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gis.core.access import WHOLE, Actor, Grant, Role
from gis.feeds import Ear, Horizon, Kind, Told, heard

ROOT, COUNTY, OTHER_COUNTY = "410000000000", "411421000000", "411422000000"
A, B = "411421101000", "411421102000"
A1, B1 = "411421101201", "411421102201"
PATHS = {
    code: [ROOT, *(above for above in (COUNTY, code[:9] + "000", code) if above[:6] == code[:6])]
    for code in (A1, B1)
} | {COUNTY: [ROOT, COUNTY], OTHER_COUNTY: [ROOT, OTHER_COUNTY], A: [ROOT, COUNTY, A]}


def ear(*divisions: str, role: Role = Role.VIEWER) -> Ear:
    above = {ROOT: (ROOT,), COUNTY: (ROOT, COUNTY), OTHER_COUNTY: (ROOT, OTHER_COUNTY)}
    grants = tuple(Grant(role, code, above.get(code, (ROOT, COUNTY, code))) for code in divisions)
    return Ear.of(Actor("key:x", grants))


def told(kind: str, payload: dict, *divisions: str) -> Told:
    return Told(1, kind, payload, {code: PATHS[code] for code in divisions})


EVENT = {
    "event_no": "20261122411421000001",
    "title": "路灯不亮",
    "category_code": "0502",
    "level": 3,
    "lon": 115.1,
    "lat": 34.6,
    "reported_at": "2026-11-22T13:00:00+08:00",
    "basic": A1 + "001",
    "exclusive": None,
    "division": A1,
}


def test_an_event_is_heard_in_its_division_and_above_and_nowhere_else() -> None:
    message = told(Kind.EVENT_REPORTED, EVENT | {"exclusive_division": None}, A1)
    for code in (A1, A, COUNTY, ROOT):
        assert heard(message, ear(code)) == EVENT
    assert heard(message, ear(B, A)) == EVENT
    for code in (B, B1, OTHER_COUNTY, "411421101202"):
        assert heard(message, ear(code)) is None
    assert heard(message, ear()) is None


def test_who_sees_statistics_alone_hears_no_name_and_no_place() -> None:
    message = told(Kind.EVENT_REPORTED, EVENT | {"exclusive_division": None}, A1)
    assert heard(message, ear(COUNTY, role=Role.PUBLIC)) == {
        name: EVENT[name] for name in ("category_code", "level", "reported_at", "division")
    }
    changed = {"event_no": EVENT["event_no"], "state": "handle", "phase": "handle"}
    message = told(Kind.EVENT_CHANGED, changed | {"closed_at": None, "division": A1}, A1)
    assert heard(message, ear(COUNTY, role=Role.PUBLIC)) == {"division": A1}
    assert heard(message, ear(A)) == changed | {"closed_at": None, "division": A1}


def test_of_an_event_in_two_townships_each_hears_of_its_own_grid() -> None:
    both = EVENT | {"exclusive": B1 + "901", "exclusive_division": B1}
    message = told(Kind.EVENT_REPORTED, both, A1, B1)
    assert heard(message, ear(COUNTY)) == EVENT | {"exclusive": B1 + "901"}
    assert heard(message, ear(A)) == EVENT
    assert heard(message, ear(B)) == EVENT | {
        "basic": None,
        "division": None,
        "exclusive": B1 + "901",
    }


def test_what_lies_outside_every_grid_is_the_county_s() -> None:
    outside = EVENT | {"basic": None, "division": None, "exclusive_division": None}
    message = told(Kind.EVENT_REPORTED, outside, COUNTY)
    assert heard(message, ear(COUNTY)) == EVENT | {"basic": None, "division": None}
    assert heard(message, ear(A)) is None


def test_a_publication_is_heard_wherever_its_boundaries_are_seen() -> None:
    news = {"generation": 7, "effective_from": "2026-11-22", "counties": ["411421", "411422"]}
    message = told(Kind.GENERATION_PUBLISHED, news, COUNTY, OTHER_COUNTY)
    assert heard(message, ear(ROOT)) == news
    assert heard(message, ear(A1)) == news | {"counties": ["411421"]}
    assert heard(message, ear(OTHER_COUNTY)) == news | {"counties": ["411422"]}
    assert heard(message, ear("411423101000")) is None


def test_of_an_import_each_hears_its_own_number() -> None:
    numbers = {ROOT: 10, COUNTY: 10, A: 3, A1: 3, B: 6, B1: 6}
    message = told(Kind.EVENTS_IMPORTED, {"county": "411421", "numbers": numbers}, COUNTY)
    assert heard(message, Ear(WHOLE, WHOLE)) == {"county": "411421", "number": 10}
    assert heard(message, ear(COUNTY)) == {"county": "411421", "number": 10}
    assert heard(message, ear(A, B1)) == {"county": "411421", "number": 9}
    assert heard(message, ear("411421103000")) is None


def test_a_draft_is_heard_of_by_those_who_see_it() -> None:
    news = {"changeset_id": 5, "version": 2, "state": "draft", "by": "account:wang"}
    message = told(Kind.CHANGESET_CHANGED, news, A)
    assert heard(message, ear(A)) == heard(message, ear(COUNTY)) == news
    assert heard(message, ear(A1)) is None, "the draft is the township's"
    assert heard(message, ear(COUNTY, role=Role.PUBLIC)) is None


def test_what_nobody_knows_is_told_to_nobody() -> None:
    assert heard(told("camera.moved", {}, COUNTY), Ear(WHOLE, WHOLE)) is None


@st.composite
def horizons(draw: st.DrawFn) -> Horizon:
    xmin = draw(st.integers(1, 12))
    xmax = draw(st.integers(xmin, 14))
    running = draw(st.sets(st.integers(xmin, max(xmin, xmax - 1)))) if xmax > xmin else set()
    return Horizon(xmin, xmax, frozenset(n for n in running if n < xmax))


@given(horizons(), horizons())
def test_a_horizon_covers_what_it_sees_all_of(one: Horizon, other: Horizon) -> None:
    everything = range(20)
    seen = {n for n in everything if other.sees(n)}
    assert one.covers(other) == all(one.sees(n) for n in seen)
    assert Horizon.parse(str(one)) == one
