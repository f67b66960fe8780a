"""Figures over HTTP: they add up, and the demo's are those of its source."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from gis.profiles import load_profile
from gis.settings import Settings
from gis.statistics import rate_of
from tests import factories
from tests.api.server import serving
from tests.api.test_problems import assert_problem


def stats(client, code: str, **params) -> dict:
    answer = client.get(f"/api/v1/divisions/{code}/stats", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def summed(parts: list, whole):
    """Add up parts in the shape of the whole; rates and what is not a number are left out."""
    if isinstance(whole, dict):
        return {key: summed([part.get(key, 0) for part in parts], whole[key]) for key in whole}
    return sum(parts)


def test_the_townships_add_up_to_the_county_and_the_villages_to_them(api):
    for above, below in (
        (factories.COUNTY, factories.TOWNSHIPS),
        (factories.TOWNSHIPS[0], factories.VILLAGES[:2]),
    ):
        whole, parts = stats(api, above), [stats(api, code) for code in below]
        for key in ("grids", "staff", "people", "party_organisations", "assets", "events"):
            assert summed([part[key] for part in parts], whole[key]) == whole[key], key


def test_a_period_cuts_the_events_and_nothing_else(api):
    frame = factories.events()
    local = frame["reported_at"].dt.tz_convert("Asia/Shanghai").dt.date
    first, last = dt.date(2025, 6, 2), dt.date(2025, 6, 4)
    inside = frame[(local >= first) & (local <= last)]

    found = stats(api, "990101", **{"from": first, "to": last})

    assert found["period"] == {
        "first": "2025-06-02",
        "last": "2025-06-04",
        "field": "reported_at",
    }
    assert found["events"]["total"] == len(inside)
    assert found["events"]["closed"] == inside["closed_at"].notna().sum()
    assert found["households"] == stats(api, "990101")["households"]
    empty = stats(api, "990101", to="2024-01-01")
    assert empty["events"]["total"] == 0
    assert empty["rates"]["closing_rate"] == {
        "numerator": 0,
        "denominator": 0,
        "value": None,
        "fraction": None,
    }


def test_an_unknown_division_is_not_found(api):
    assert_problem(api.get("/api/v1/divisions/990102/stats"), 404, "not-found")


@given(st.integers(1, 10**9).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))))
def test_rates_are_rounded_half_up(pair):
    numerator, denominator = pair
    rate = rate_of(numerator, denominator)

    percent = Fraction(numerator * 100, denominator)
    hundredths = round(rate.value * 100)
    assert rate.value == hundredths / 100
    assert Fraction(-1, 200) < Fraction(hundredths, 100) - percent <= Fraction(1, 200)


@pytest.mark.xdist_group("minquan")
def test_the_people_of_the_demo_are_those_of_its_profile(demo_url, tmp_path):
    settings = Settings(DATABASE_URL=demo_url("minquan"), state_dir=tmp_path, anonymous="demo")
    with serving(create_app(settings)) as client:
        found = stats(client, "411421")

    homes = load_profile("minquan", settings.profiles_dir).demo.households
    assert found["people"] == {
        "households": homes.count,
        "registered": homes.registered,
        "residents": homes.residents,
        "floating": homes.floating,
        "party_members": homes.party_members,
        "party_households": homes.party_households,
    }
