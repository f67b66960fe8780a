"""Every answer carries the headers that keep browsers and caches from doing harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from api.app import STATIC, create_app
from api.door.headers import ALWAYS, HSTS, INERT
from tests.api.server import ENDLESS, serving, settings_for

#: What no policy may allow, with the one exception that docs/security.md explains.
UNSAFE = re.compile(r"'unsafe-(inline|eval|hashes)'|\*|https?:|http:")
STYLE_ATTRIBUTES = "style-src-attr 'unsafe-inline'"


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "1", path)


def leaves(routes: list[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif not isinstance(route, Mount):
            yield from leaves(route.original_router.routes)


def paths(app: FastAPI) -> list[str]:
    """Return an address of every route, of every kind of file, and of what is not there."""
    found = {concrete(route.path) for route in leaves(app.routes)}
    found |= {f"/static/{file.relative_to(STATIC)}" for file in one_of_each_kind(STATIC)}
    assert len(found) > len(app.openapi()["paths"])
    return sorted(found | {"/nowhere", "/static/nowhere.js", "/api/v1/nowhere", "/static/"})


def one_of_each_kind(folder: Path) -> list[Path]:
    return list({f.suffix: f for f in sorted(folder.rglob("*")) if f.is_file()}.values())


def policy_of(answer: httpx.Response) -> dict[str, str]:
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    parts = [part.strip().partition(" ") for part in policies[0].split(";")]
    return {name: value for name, _, value in parts}


def assert_guarded(answer: httpx.Response) -> None:
    about = f"{answer.request.method} {answer.request.url} {answer.status_code}"
    for name in ALWAYS:
        assert len(answer.headers.get_list(name)) == 1, (about, name)
    for name in ("X-Content-Type-Options", "Cross-Origin-Opener-Policy", "Permissions-Policy"):
        assert answer.headers[name] == ALWAYS[name], about
    for name in ("server", "x-powered-by", "strict-transport-security"):
        assert name not in answer.headers, (about, name)
    assert_policy(answer)
    if not answer.request.url.path.startswith("/static/"):
        vary = {part.strip() for part in answer.headers["vary"].split(",")}
        assert {"Cookie", "Authorization"} <= vary, about


def assert_policy(answer: httpx.Response) -> None:
    policy = policy_of(answer)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.headers["content-security-policy"] == INERT
        return
    assert policy["default-src"] in ("'self'", "'none'")
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] in ("'self'", "'none'")
    allowed = "; ".join(f"{name} {value}" for name, value in policy.items())
    assert not UNSAFE.search(allowed.replace(STYLE_ATTRIBUTES, ""))
    nonces = set(re.findall(r"'nonce-([^']+)'", allowed))
    assert len(nonces) == 1
    carried = re.findall(r"<(script|style)\b([^>]*)>", answer.text)
    for kind, attributes in carried:
        assert f'nonce="{next(iter(nonces))}"' in attributes, (answer.request.url, kind)
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", answer.text)


def test_every_route_and_every_file_is_guarded(api, reading_app):
    asked = paths(reading_app)
    for path in asked:
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
            if method == "GET" and path in ENDLESS:
                with api.stream(method, path) as answer:
                    assert_guarded(answer)
            else:
                assert_guarded(api.request(method, path))
    assert {"/", "/docs", "/openapi.json", "/metrics", "/health/live"} <= set(asked)
    assert len(asked) > 25


def test_pages_have_a_nonce_of_their_own_each_time(api):
    for path in ("/", "/docs"):
        first, second = (policy_of(api.get(path))["style-src"] for _ in range(2))
        assert first != second
        assert len(re.search(r"nonce-([^']+)", first).group(1)) >= 22


def test_only_over_https_browsers_are_told_to_stay_there(reading_url, tmp_path):
    settings = settings_for(reading_url, state_dir=tmp_path, trusted_proxies="127.0.0.1")
    said = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    with serving(create_app(settings)) as client:
        for path in ("/", "/api/v1/divisions", "/static/css/tokens.css", "/nowhere"):
            assert client.get(path, headers=said).headers["strict-transport-security"] == HSTS
            assert "strict-transport-security" not in client.get(path).headers


def test_a_mistake_of_ours_is_guarded_too(reading_url, tmp_path):
    app = create_app(settings_for(reading_url, state_dir=tmp_path))

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    with serving(app) as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert_guarded(answer)


@pytest.mark.parametrize(
    "path", ["/api/v1/divisions", "/api/v1/deployment", "/", "/api/v1/nowhere"]
)
def test_what_depends_on_who_asks_is_never_kept_by_a_cache_of_many(api, path):
    kept = api.get(path).headers["cache-control"]

    assert kept == "no-store"


def test_what_never_changes_is_public_only_where_nobody_in_particular_asks(api):
    path = "/static/css/tokens.css?v=1"
    assert api.get(path).headers["cache-control"].startswith("public")
    topology = "/tiles/grids/1.topojson"
    version = api.get(topology).headers["etag"].strip('"')

    def kept(**headers: str) -> str:
        return api.get(topology, params={"v": version}, headers=headers).headers["cache-control"]

    assert "immutable" in kept()
    assert kept(Cookie="gridmap_session=x").startswith("private")
