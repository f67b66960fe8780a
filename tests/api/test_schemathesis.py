"""The OpenAPI document is true: whatever it allows or forbids, the server answers as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine

from api.app import create_app
from gis.privacy import new_keyring, write_keyring
from tests import factories
from tests.api.might import HEADERS, give_might
from tests.api.server import ENDLESS, serving, settings_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOTH = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SEED = 20_250_101
#: What is there: invented codes alone would never get beyond 404.
#: Each answer takes a process seconds to draw: `tests/db/test_playback_film.py` has its own.
DRAWN = frozenset({"/api/v1/playback.gif"})
KNOWN = {
    "code": factories.COUNTY,
    "generation": 1,
    "subject": "household",
    "number": "H000001",
    "changeset_id": 1,
    "comment_id": 1,
    "upload_id": 1,
    "login": "wang",
    "role": "viewer",
    "division": factories.TOWNSHIPS[0],
    "name": "default",
}


#: Bodies that are taken; among invented ones hardly any is.
TAKEN = {
    "POST /api/v1/accounts": {
        "login": "wang",
        "display_name": "王",
        "role": "viewer",
        "division": factories.COUNTY,
    },
    "POST /api/v1/keys": {
        "kind": "key",
        "name": "hotline",
        "role": "viewer",
        "division": factories.COUNTY,
    },
    "PUT /api/v1/playlists/{division}/{name}": {"stops": [{"division": factories.TOWNSHIPS[0]}]},
    "POST /api/v1/changesets": {"title": "调整", "scope": [factories.TOWNSHIPS[0]]},
    "POST /api/v1/changesets/{changeset_id}/ops": {
        "op": "set_attributes",
        "grid": factories.VILLAGES[0] + "002",
        "name": "新名",
    },
    "POST /api/v1/events": {
        "source": "hotline_12345",
        "source_id": "1",
        "title": "路灯不亮",
        "category_code": "0502",
        "lon": 115.01,
        "lat": 34.505,
        "crs": "EPSG:4490",
    },
    "PUT /api/v1/persons/{subject}/{number}": {"name": "王某", "phone": "13812345678"},
    "POST /api/v1/persons/{subject}/{number}/unmask": {"reason": "回访井盖事件"},
    "POST /api/v1/persons/search": {"phone": "13812345678", "reason": "回访井盖事件"},
}


@pytest.fixture
def app(world_url: str, world_engine: Engine, tmp_path) -> FastAPI:
    give_might(world_engine)
    keys = tmp_path / "keys.json"
    write_keyring(keys, new_keyring())
    return create_app(settings_for(world_url, state_dir=tmp_path, person_keys=keys))


@pytest.fixture
def base_url(app: FastAPI) -> Iterator[str]:
    with serving(app) as client:
        yield str(client.base_url)


def operations(app: FastAPI) -> list[APIOperation]:
    schema = schemathesis.openapi.from_dict(app.openapi())
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) == sum(len(methods) for methods in app.openapi()["paths"].values())
    left_out = ENDLESS | DRAWN
    assert {one.path for one in found} >= left_out
    found = [one for one in found if one.path not in left_out]
    # Those that take things away come last: one of them is our own key.
    found.sort(key=lambda operation: operation.method == "delete")
    return found


def known_parts(operation: APIOperation) -> dict[str, object]:
    known = KNOWN | ({"code": factories.VILLAGES[0] + "001"} if "/grids/" in operation.path else {})
    names = {parameter.name for parameter in operation.path_parameters}
    parts: dict[str, object] = {}
    if names & set(known):
        parts["path_parameters"] = {name: known[name] for name in names & set(known)}
    label = f"{operation.method.upper()} {operation.path}"
    if label in TAKEN:
        parts |= {"body": TAKEN[label], "media_type": "application/json"}
    return parts


def ask(operation: APIOperation, base_url: str, examples: int, **said: str) -> Counter[int]:
    """Ask an operation what it allows and what it forbids; returns the statuses."""
    statuses: Counter[int] = Counter()
    strategies = [operation.as_strategy(generation_mode=mode) for mode in BOTH]
    known = known_parts(operation)
    if known:
        strategies.append(operation.as_strategy(**known))
    for strategy in strategies:

        @seed(SEED)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def one(case: schemathesis.Case) -> None:
            answer = case.call(base_url=base_url, headers=said, timeout=180)
            statuses[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        with suppress(Unsatisfiable):  # nothing there that could be wrong
            one()
    return statuses


def assert_true(app: FastAPI, base_url: str, examples: int) -> None:
    total: Counter[int] = Counter()
    for operation in operations(app):
        total += ask(operation, base_url, examples, **HEADERS)
    assert total[200] > 0
    assert total[422] > 0


def test_the_document_is_true(app, base_url):
    assert_true(app, base_url, examples=5)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_document_is_true_at_length(app, base_url):
    assert_true(app, base_url, examples=300)


def test_the_document_says_what_nobody_is_told(world_url, tmp_path):
    """Without a key: refused, and as the document says."""
    app = create_app(settings_for(world_url, state_dir=tmp_path, anonymous="none"))
    with serving(app) as client:
        statuses = sum(
            (ask(one, str(client.base_url), examples=1) for one in operations(app)), Counter()
        )
    assert statuses[401] > len(app.openapi()["paths"]) / 2
