"""Logging in over HTTP, and administration; a real server, and a real identity provider's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import text

from api.admission import security
from api.app import create_app
from gis import accounts
from gis.accounts import Author
from gis.core.access import Role
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import gate_session
from tests.api.provider import CLIENT_SECRET, Provider, providing
from tests.api.server import serving, settings_for
from tests.factories import COUNTY, TOWNSHIPS, VILLAGES

OPERATOR = Author("command:test")
PASSWORD, ANOTHER = "correct horse battery", "another good password"
EAST, WEST = TOWNSHIPS
JSON_TYPE = {"Content-Type": "application/json"}

Start = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def staffed(cluster: Cluster, small_world: str) -> str:
    """Name of a database with the small county and three accounts, to clone."""
    cluster.create_database("gridmap_test_staffed", template=small_world)
    engine = make_engine(cluster.url("gridmap_test_staffed"), statement_timeout_s=30)
    with gate_session(engine) as session:
        for login, role, division in (
            ("admin", Role.ADMIN, COUNTY),
            ("east", Role.ADMIN, EAST),
            ("viewer", Role.VIEWER, EAST),
        ):
            accounts.open_account(
                session, OPERATOR, login, login, password=PASSWORD, role=role, division=division
            )
    engine.dispose()
    return "gridmap_test_staffed"


@pytest.fixture
def start(clone, staffed: str, tmp_path) -> Iterator[Start]:
    """Start servers that let nobody in unasked, on one county with three accounts."""
    url = clone(staffed)
    with ExitStack() as running:

        def begin(**more: object) -> httpx.Client:
            given = {"anonymous": "none", "cookie_secure": False, "state_dir": tmp_path} | more
            return running.enter_context(serving(create_app(settings_for(url, **given))))

        yield begin


@pytest.fixture
def site(start: Start) -> httpx.Client:
    return start()


def log_in(site: httpx.Client, login: str, password: str = PASSWORD) -> httpx.Response:
    """Log in, and send the page's proof from now on."""
    answer = site.post("/api/v1/session", json={"login": login, "password": password})
    if answer.status_code == 200:
        site.headers["X-Gridmap-CSRF"] = answer.json()["csrf_token"]
    return answer


def test_one_logs_in_sees_and_logs_out(site):
    assert site.get("/api/v1/divisions").status_code == 401
    told = log_in(site, "viewer").json()
    assert told["name"] == "account:viewer"
    assert told["powers"] == ["read", "statistics"]
    assert told["grants"] == [
        {"role": "viewer", "division": EAST, "division_name": "测试东镇"},
    ]
    assert site.get("/api/v1/session").json() == told
    assert site.get("/api/v1/divisions").status_code == 200
    cookies = dict(site.cookies)
    assert site.delete("/api/v1/session").status_code == 204
    assert not site.cookies
    again = httpx.get(site.base_url.join("/api/v1/divisions"), cookies=cookies, trust_env=False)
    assert again.status_code == 401, "the cookie is worth nothing, wherever it was kept"


def test_the_cookie_is_for_the_server_alone(start):
    site = start(cookie_secure=True)
    (cookie,) = log_in(site, "viewer").headers.get_list("set-cookie")
    name, _, rest = cookie.partition("=")
    assert name == "__Host-gridmap_session"
    parts = {part.strip().lower() for part in rest.split(";")[1:]}
    assert {"httponly", "secure", "path=/", "samesite=lax", "max-age=43200"} == parts
    log_in(start(), "viewer")


def test_nobody_in_particular_is_told_so(site):
    told = site.get("/api/v1/session").json()
    assert told["is_anonymous"]
    assert told["powers"] == told["grants"] == []
    assert told["csrf_token"] is None


def test_what_is_open_of_generated_data_is_closed_when_real_ones_take_their_place(
    clone, staffed, monkeypatch, tmp_path
):
    monkeypatch.setattr(security, "REMEMBERED_S", 0.0)
    url = clone(staffed)
    engine = make_engine(url, statement_timeout_s=30)
    with (
        serving(create_app(settings_for(url, state_dir=tmp_path))) as site,
        engine.begin() as owner,
    ):
        assert site.get("/api/v1/divisions").status_code == 200
        owner.execute(text("UPDATE deployment SET is_schematic = false"))
        owner.commit()
        assert site.get("/api/v1/divisions").status_code == 401
    engine.dispose()


@pytest.mark.parametrize("login", ["viewer", "nobody-at-all"])
def test_a_refusal_is_the_same_whether_the_login_exists_or_not(site, login):
    told = [log_in(site, login, "wrong password") for _ in range(6)]
    assert [answer.status_code for answer in told] == [401, 401, 401, 401, 429, 429]
    assert {answer.json()["detail"] for answer in told[:4]} == {"Login or password is wrong."}
    assert told[4].headers["retry-after"] == "30"
    assert told[4].json()["retry_after_s"] == 30
    right = log_in(site, login)
    assert right.status_code == 429
    assert login not in right.text


def test_what_was_typed_comes_back_in_no_refusal(site):
    for body in ({"login": "viewer"}, {"login": [PASSWORD], "password": PASSWORD}, PASSWORD):
        answer = site.post("/api/v1/session", json=body)
        assert answer.status_code == 422
        assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_another_sites_page_logs_nobody_in(site, headers):
    answer = site.post(
        "/api/v1/session", json={"login": "viewer", "password": PASSWORD}, headers=headers
    )
    assert answer.status_code == 403
    assert not site.cookies


def test_ones_own_page_logs_in(site):
    headers = {"Origin": str(site.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    body = {"login": "viewer", "password": PASSWORD}
    assert site.post("/api/v1/session", json=body, headers=headers).status_code == 200


def test_a_cookie_alone_changes_nothing(site):
    log_in(site, "admin")
    for proof in ("", "x" * 64, "é" * 64):
        site.headers["X-Gridmap-CSRF"] = proof
        for method, path in (
            ("DELETE", "/api/v1/session"),
            ("POST", "/api/v1/accounts"),
            ("POST", "/api/v1/session/password"),
            ("PATCH", "/api/v1/accounts/viewer"),
            ("DELETE", "/api/v1/keys/1"),
        ):
            answer = site.request(method, path, content=b"{}", headers=JSON_TYPE)
            assert answer.status_code == 403, path
    assert site.get("/api/v1/session").json()["login"] == "admin"


def test_logging_in_anew_ends_the_session_before_it(site):
    log_in(site, "viewer")
    before = dict(site.cookies)
    log_in(site, "viewer")
    old = httpx.get(site.base_url.join("/api/v1/session"), cookies=before, trust_env=False)
    assert old.json()["is_anonymous"]


def test_logging_out_everywhere_ends_all_sessions(site):
    with httpx.Client(base_url=site.base_url, trust_env=False) as other:
        log_in(other, "viewer")
        log_in(site, "viewer")
        assert site.delete("/api/v1/session?everywhere=true").status_code == 204
        assert other.get("/api/v1/session").json()["is_anonymous"]


def test_one_changes_the_own_password_and_stays_in(site):
    with httpx.Client(base_url=site.base_url, trust_env=False) as other:
        log_in(other, "viewer")
        log_in(site, "viewer")
        path = "/api/v1/session/password"
        assert site.post(path, json={"old": PASSWORD, "new": "short"}).status_code == 422
        assert site.post(path, json={"old": ANOTHER, "new": ANOTHER}).status_code == 401
        assert site.post(path, json={"old": PASSWORD, "new": ANOTHER}).status_code == 200
        assert site.get("/api/v1/session").json()["login"] == "viewer"
        assert other.get("/api/v1/session").json()["is_anonymous"]
    assert log_in(site, "viewer", ANOTHER).status_code == 200


def test_an_administrator_makes_accounts_and_keys_that_work(site):
    log_in(site, "admin")
    body = {"login": "li", "display_name": "李", "role": "planner", "division": EAST[:9]}
    made = site.post("/api/v1/accounts", json=body)
    assert made.status_code == 201
    password = made.json()["password"]
    assert site.post("/api/v1/accounts", json=body).status_code == 409
    listed = {one["login"]: one for one in site.get("/api/v1/accounts").json()["items"]}
    assert set(listed) == {"admin", "east", "viewer", "li"}
    assert listed["li"] == made.json()["account"]
    key = site.post(
        "/api/v1/keys", json={"name": "热线", "role": "integration", "division": EAST, "days": 30}
    ).json()
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    assert httpx.get(
        site.base_url.join("/api/v1/divisions"), headers=bearer, trust_env=False
    ).is_success
    (known,) = site.get("/api/v1/keys?kind=key").json()["items"]
    assert key["secret"] not in str(known)
    assert site.delete(f"/api/v1/keys/{known['id']}").json()["revoked_at"]
    refused = httpx.get(site.base_url.join("/api/v1/divisions"), headers=bearer, trust_env=False)
    assert refused.status_code == 401
    assert log_in(site, "li", password).json()["display_name"] == "李"


def test_an_administrator_gives_takes_disables_and_resets(site):
    with httpx.Client(base_url=site.base_url, trust_env=False) as other:
        log_in(other, "viewer")
        log_in(site, "admin")
        granted = site.put(f"/api/v1/accounts/viewer/grants/dispatcher/{VILLAGES[0]}").json()
        assert [grant["role"] for grant in granted["grants"]] == ["viewer", "dispatcher"]
        assert "dispatch" in other.get("/api/v1/session").json()["powers"]
        path = f"/api/v1/accounts/viewer/grants/dispatcher/{VILLAGES[0]}"
        assert site.delete(path).status_code == 204
        assert site.delete(path).status_code == 404
        assert "dispatch" not in other.get("/api/v1/session").json()["powers"]
        disabled = site.patch("/api/v1/accounts/viewer", json={"is_disabled": True}).json()
        assert disabled["is_disabled"]
        assert other.get("/api/v1/session").json()["is_anonymous"]
        assert log_in(other, "viewer").status_code == 401
        site.patch("/api/v1/accounts/viewer", json={"is_disabled": False})
        password = site.post("/api/v1/accounts/viewer/password").json()["password"]
        assert log_in(other, "viewer", password).status_code == 200


def test_an_areas_administrator_learns_nothing_of_others(site):
    log_in(site, "east")
    listed = {one["login"] for one in site.get("/api/v1/accounts").json()["items"]}
    assert listed == {"east", "viewer"}
    for method, path in (
        ("PATCH", "/api/v1/accounts/admin"),
        ("POST", "/api/v1/accounts/admin/password"),
        ("PUT", f"/api/v1/accounts/admin/grants/viewer/{EAST}"),
    ):
        answer = site.request(method, path, content=b'{"is_disabled": true}', headers=JSON_TYPE)
        missing = site.request(
            method, path.replace("admin", "absent"), content=b'{"is_disabled": true}',
            headers=JSON_TYPE,
        )  # fmt: skip
        assert answer.status_code == missing.status_code == 404, path
        assert answer.text.replace("admin", "absent") == missing.text
    for division in (WEST, COUNTY, "999999000000"):
        body = {"name": "k", "role": "viewer", "division": division}
        assert site.post("/api/v1/keys", json=body).status_code == 403
        path = f"/api/v1/accounts/viewer/grants/admin/{division}"
        assert site.put(path).status_code == 403


def test_others_administer_nothing(site):
    paths = ("/api/v1/accounts", "/api/v1/keys")
    assert [site.get(path).status_code for path in paths] == [401, 401]
    log_in(site, "viewer")
    assert [site.get(path).status_code for path in paths] == [403, 403]
    assert site.get("/admin").status_code == 403


def test_a_wall_screen_comes_in_by_its_link(site):
    with httpx.Client(base_url=site.base_url, trust_env=False) as nobody:
        away = nobody.get("/screen?lang=en")
        assert (away.status_code, away.headers["location"]) == (
            303,
            "/login?next=%2Fscreen%3Flang%3Den",
        )
    log_in(site, "admin")
    body = {"kind": "kiosk", "name": "大厅", "division": COUNTY}
    made = site.post("/api/v1/keys", json=body).json()
    with httpx.Client(base_url=site.base_url, trust_env=False) as screen:
        came = screen.get(made["secret"])
        assert (came.status_code, came.headers["location"]) == (303, "/screen")
        assert screen.get("/screen").status_code == 200
        assert screen.get("/api/v1/session").json()["name"] == "kiosk:大厅"
        assert screen.get("/api/v1/grids?limit=1").status_code == 200
        screen.get(made["secret"])
        assert site.delete(f"/api/v1/keys/{made['key']['id']}").status_code == 200
        assert screen.get("/api/v1/session").json()["is_anonymous"]
        gone = screen.get(made["secret"])
        assert gone.status_code == 404
        assert '"reason":"bad_link"' in gone.text
    assert site.get("/kiosk/" + "x" * 5000).status_code == 404


@pytest.mark.parametrize("path", ["/login", "/login?next=//evil.example", "/admin"])
def test_pages_have_a_strict_policy_and_no_foreign_ways_out(site, path):
    if path == "/admin":
        log_in(site, "admin")
    page = site.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy).group(1)
    scripts = re.findall(r"<script\b[^>]*>", page.text)
    assert scripts
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert "unsafe-eval" not in policy
    assert "evil.example" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_somebody_who_is_logged_in_goes_on_and_never_in_circles(site):
    assert site.get("/admin").headers["location"] == "/login?next=%2Fadmin"
    log_in(site, "admin")
    assert site.get("/login?next=/admin").headers["location"] == "/admin"
    site.delete("/api/v1/accounts/viewer/grants/viewer/" + EAST)
    log_in(site, "viewer")
    page = site.get("/login?next=/")
    assert page.status_code == 200
    assert '"reason":"no_grants"' in page.text


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A small OpenID Connect provider, over real HTTP on the loopback."""
    with providing() as provider:
        yield provider


@pytest.fixture
def linked(start: Start, provider: Provider) -> httpx.Client:
    """A server that knows the provider, whose person 7f3a is our viewer."""
    site = start(oidc_issuer=provider.issuer, oidc_client_secret=CLIENT_SECRET)
    log_in(site, "admin")
    identity = {"oidc_subject": f"{provider.issuer} 7f3a"}
    assert site.patch("/api/v1/accounts/viewer", json=identity).status_code == 200
    assert site.delete("/api/v1/session").status_code == 204
    return site


def through(site: httpx.Client, provider: Provider, **lies: object) -> httpx.Response:
    """Go to the provider and come back."""
    provider.lies = lies
    away = site.get("/login/oidc?next=/admin")
    assert away.status_code == 303, away.text
    back = httpx.get(away.headers["location"], trust_env=False)
    return site.get(back.headers["location"])


def test_a_linked_person_comes_in_by_the_provider(linked, provider):
    came = through(linked, provider)
    assert (came.status_code, came.headers["location"]) == (303, "/admin")
    assert linked.get("/api/v1/session").json()["login"] == "viewer"
    assert "gridmap_oidc" not in linked.cookies


def test_a_person_who_is_not_linked_is_told_by_what_name_to_ask(linked, provider):
    refused = through(linked, provider, sub="stranger-1")
    assert refused.status_code == 403
    assert f"{provider.issuer} stranger-1" in refused.text
    assert linked.get("/api/v1/session").json()["is_anonymous"]


LIES: tuple[dict[str, object], ...] = (
    {"iss": "https://evil.example"},
    {"aud": "another-client"},
    {"azp": "another-client"},
    {"nonce": "another"},
    {"nonce": None},
    {"exp": 1},
    {"sub": None},
    {"sub": ""},
    {"sub": "7f3a\n"},
    {"sub": 73},
    {"key": "another"},
    {"key": "none"},
    {"key": "hmac"},
    {"state": "another"},
    {"code": "another"},
    {"verifier": "another"},
)


def test_no_lie_is_believed(linked, provider):
    for lies in LIES:
        refused = through(linked, provider, **lies)
        assert refused.status_code == 401, (lies, refused.text)
        assert linked.get("/api/v1/session").json()["is_anonymous"], lies
    assert through(linked, provider).status_code == 303


def test_the_provider_may_change_its_keys(linked, provider):
    assert through(linked, provider).status_code == 303
    provider.change_keys()
    assert through(linked, provider).status_code == 303


def test_nobody_comes_back_who_did_not_leave(linked, provider):
    away = linked.get("/login/oidc")
    back = httpx.get(away.headers["location"], trust_env=False).headers["location"]
    with httpx.Client(base_url=linked.base_url, trust_env=False) as other:
        assert other.get(back).status_code == 401
        assert other.get("/api/v1/session").json()["is_anonymous"]


def test_giving_up_at_the_provider_is_no_fault(linked):
    linked.get("/login/oidc")
    page = linked.get("/login/oidc/callback?error=access_denied&state=x")
    assert page.status_code == 200
    assert '"reason":"cancelled"' in page.text


def test_a_provider_that_does_not_answer_is_told(start):
    site = start(oidc_issuer="http://127.0.0.1:1/none")
    page = site.get("/login/oidc")
    assert page.status_code == 503
    assert '"reason":"provider_failed"' in page.text
    assert log_in(site, "viewer").status_code == 200


def test_without_a_provider_there_is_no_way_there(site):
    assert site.get("/login/oidc").status_code == 401
    assert '"provider":null' in site.get("/login").text


def test_the_reference_says_how_to_come_in(start):
    document = start(cookie_secure=True).get("/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert schemes["key"]["scheme"] == "bearer"
    assert schemes["session"]["name"] == "__Host-gridmap_session"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            ways = [set(way) for way in operation["security"]]
            by_cookie = {"session"} if method == "get" else {"session", "page"}
            assert {"key"} in ways, path
            assert by_cookie in ways, path
