"""Who may do what, and where; passwords; where a log-in leads."""

import datetime as dt
from itertools import pairwise
from typing import get_args

import pytest

from api.pages.access import local_path
from api.schemas.access import GrantableRole
from gis.accounts import Author, lock_after, make_password
from gis.accounts.passwords import SHORTEST, SILLY, check_password, hash_password, is_right
from gis.core.access import GRANTABLE, NOTHING, POWERS, WHOLE, Actor, Grant, Power, Role, Scope
from gis.core.errors import Invalid
from gis.db.tables.access import ROLES

ROOT, COUNTY = "410000000000", "411421000000"
EAST, WEST = "411421101000", "411421102000"
VILLAGE = "411421101201"
PATHS = {
    ROOT: (ROOT,),
    COUNTY: (ROOT, COUNTY),
    EAST: (ROOT, COUNTY, EAST),
    WEST: (ROOT, COUNTY, WEST),
    VILLAGE: (ROOT, COUNTY, EAST, VILLAGE),
}


def actor(*given: tuple[Role, str]) -> Actor:
    return Actor("account:w", tuple(Grant(role, code, PATHS[code]) for role, code in given), "w")


def test_a_role_covers_its_division_and_all_below():
    planner = actor((Role.PLANNER, EAST))
    assert planner.may(Power.DRAFT)
    assert planner.may(Power.DRAFT, PATHS[EAST])
    assert planner.may(Power.DRAFT, PATHS[VILLAGE])
    assert not planner.may(Power.DRAFT, PATHS[WEST])
    assert not planner.may(Power.DRAFT, PATHS[COUNTY])
    assert not planner.may(Power.PUBLISH)


def test_powers_of_different_places_do_not_mix():
    both = actor((Role.VIEWER, COUNTY), (Role.PLANNER, EAST))
    assert both.may(Power.READ, PATHS[WEST])
    assert not both.may(Power.DRAFT, PATHS[WEST])
    assert both.scope() == Scope((COUNTY,))
    assert both.scope(Power.DRAFT) == Scope((EAST,))


def test_the_scope_names_no_division_below_another():
    seen = actor((Role.VIEWER, VILLAGE), (Role.VIEWER, EAST), (Role.VIEWER, WEST)).scope()
    assert seen == Scope((EAST, WEST))


def test_only_the_root_is_the_whole():
    assert actor((Role.ADMIN, ROOT)).scope().is_whole
    assert not actor((Role.ADMIN, COUNTY)).scope().is_whole
    assert Actor("anonymous").scope() == NOTHING
    assert WHOLE.is_whole


def test_every_role_has_powers_and_whoever_holds_one_sees():
    assert set(POWERS) == set(Role)
    assert all(Power.STATISTICS in powers for powers in POWERS.values())
    assert set().union(*POWERS.values()) == set(Power)
    assert POWERS[Role.PUBLIC] == {Power.STATISTICS}


def test_the_roles_are_the_same_everywhere():
    granted = [role.value for role in GRANTABLE]
    assert granted == list(get_args(GrantableRole))
    assert all(f"'{role}'" in ROLES for role in granted)
    assert ROLES.count("'") == 2 * len(granted)


def test_an_administrator_manages_only_who_works_in_the_own_area_alone():
    east = Author("account:a", actor=actor((Role.ADMIN, EAST)))
    inside = (Grant(Role.VIEWER, VILLAGE, PATHS[VILLAGE]),)
    outside = (Grant(Role.VIEWER, WEST, PATHS[WEST]),)
    assert east.manages(inside)
    assert not east.manages(inside + outside)
    assert east.sees(inside + outside)
    assert not east.sees(outside)
    assert not east.sees(())
    assert Author("account:a", actor=actor((Role.ADMIN, ROOT))).manages(())
    assert Author("command:root").manages(outside)


def test_a_lock_doubles_with_each_failure_and_ends():
    locks = [lock_after(failures) for failures in range(1, 40)]
    assert locks[:4] == [None] * 4
    held = [lock for lock in locks if lock is not None]
    assert all(later in (2 * lock, held[-1]) for lock, later in pairwise(held))
    assert held[-1] == dt.timedelta(hours=1)


@pytest.mark.parametrize(
    "password",
    ["short", "x" * (SHORTEST - 1), "a" * 257, "Password1234", "planner-east12", "1" * 20, ""],
)
def test_a_silly_password_is_refused_and_not_repeated(password):
    with pytest.raises(Invalid) as refusal:
        check_password(password, "planner-east")
    said = refusal.value.detail + refusal.value.detail_zh
    assert not password or password not in said


@pytest.mark.parametrize(
    "password", ["correct horse battery", "我们村的网格员共有八位同志呢", "  blanks at both ends  "]
)
def test_any_other_is_taken_as_it_is(password):
    check_password(password, "planner")
    stored = hash_password(password)
    assert stored.startswith("$argon2id$")
    assert is_right(password, stored)
    assert not is_right(password[:-1], stored)


def test_the_silly_ones_would_be_long_enough():
    assert all(len(password) >= SHORTEST and password == password.casefold() for password in SILLY)


def test_nothing_is_right_where_nothing_is_stored():
    assert not is_right("correct horse battery", None)
    assert not is_right("x" * 100_000, hash_password("x" * 12))


def test_one_password_typed_on_two_keyboards_is_the_same():
    assert is_right("e\u0301cole de Minquan", hash_password("\u00e9cole de Minquan"))


def test_random_passwords_differ_and_are_accepted():
    made = {make_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "admin")


@pytest.mark.parametrize(
    "path",
    ["", "admin", "//evil.example", "/\\evil.example", "https://evil.example", "/\tx", "/ x",
     "/\n/evil.example", "javascript:alert(1)", "/login", "/login?next=/login", "/kiosk/gm_kx"],
)  # fmt: skip
def test_a_log_in_never_leads_elsewhere(path):
    assert local_path(path) == "/"


@pytest.mark.parametrize("path", ["/", "/admin", "/?lang=en", "/?x=//y#/z"])
def test_a_log_in_leads_to_where_one_wanted_to_go(path):
    assert local_path(path) == path
