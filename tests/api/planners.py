"""Several planners, their reviewers and those who report events, all at once over HTTP."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import orjson
from sqlalchemy import Engine, text

from gis.accounts import hash_secret
from gis.core import clock
from tests.api.boards import KINDS, Board, Document

#: How often a draft is put on newer boundaries before it is given up.
TRIES = 4


def secret(name: str) -> str:
    return "gm_" + (name.replace("_", "") + "w" * 43)[:43]


def give_keys(engine: Engine, people: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Give everybody a key with grants: role and division."""
    statement = text(
        "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES (:name, :hash)"
        " RETURNING api_key_id)"
        ' INSERT INTO "grant" (api_key_id, role, division_code)'
        " SELECT api_key_id, r, d FROM added,"
        "  unnest(CAST(:roles AS text[]), CAST(:divisions AS text[])) AS g (r, d)"
    )
    with engine.begin() as owner:
        for name, grants in people.items():
            roles, divisions = zip(*grants, strict=True)
            given = {"roles": list(roles), "divisions": list(divisions)}
            owner.execute(statement, given | {"name": name, "hash": hash_secret(secret(name))})


@dataclass
class Tally:
    """What happened, counted by everybody; and what should not have."""

    wanted: int
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    conflicts: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    #: Generation → division → digest of its grids, as they were answered right after.
    told: dict[int, dict[str, str]] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: Counter[str], name: str, number: int = 1) -> None:
        with self._lock:
            what[name] += number

    def fail(self, words: str) -> None:
        with self._lock:
            self.failures.append(words)

    @property
    def is_enough(self) -> bool:
        return bool(self.failures) or self.accepted.total() >= self.wanted


class Caller:
    """Somebody with a key; every answer that nobody may get is a failure."""

    def __init__(self, base_url: str, name: str, tally: Tally) -> None:
        headers = {"Authorization": f"Bearer {secret(name)}"}
        # The server closes what rested for five seconds; whoever asks in that moment is cut off.
        limits = httpx.Limits(keepalive_expiry=1)
        self._client = httpx.Client(
            base_url=base_url, headers=headers, timeout=120, trust_env=False, limits=limits
        )
        self.name = name
        self.tally = tally

    def ask(
        self, method: str, path: str, body: object = None, *, etag: str | None = None
    ) -> httpx.Response:
        headers = {} if etag is None else {"If-Match": etag}
        answer = self._client.request(method, f"/api/v1{path}", json=body, headers=headers)
        if answer.status_code >= 500 or answer.status_code in (400, 401, 412, 428, 429):
            self.tally.fail(
                f"{self.name} {method} {path} {body}: {answer.status_code} {answer.text}"
            )
        return answer

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        if answer.status_code != 200:
            self.tally.fail(f"{self.name} GET {path}: {answer.status_code} {answer.text[:500]}")
            raise Stopped
        return orjson.loads(answer.content)

    def grids(self, division: str, more: str = "") -> list[Any]:
        """Return all grids of a division, page by page."""
        path, found = f"/grids?division={division}&limit=1000{more}", []
        while path:
            page = self.get(path)
            found += page["features"]
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            path = following[0].partition("/api/v1")[2] if following else ""
        return found

    def digest(self, division: str, generation: int) -> str:
        """Return the digest of a division's grids as a generation knows them."""
        told = [
            (f["id"], f["properties"]["name"], f["properties"]["valid_from"], f["geometry"])
            for f in self.grids(division, f"&generation={generation}")
        ]
        return hashlib.sha256(orjson.dumps(told)).hexdigest()

    def close(self) -> None:
        self._client.close()


class Stopped(Exception):  # noqa: N818 - nothing of its own went wrong
    """Something failed, which the tally tells; whoever works stops."""


class Planner(threading.Thread):
    """One planner with his reviewer: drafts, submits, has it published, until there is enough.

    Parameters
    ----------
    seed
        Of all that he does.
    townships
        In which he may draw.
    """

    def __init__(
        self, seed: int, me: Caller, reviewer: Caller, townships: Sequence[str], *, longest: int
    ) -> None:
        super().__init__(name=me.name, daemon=True)
        self._rng = np.random.default_rng(seed)
        self._me = me
        self._reviewer = reviewer
        self._townships = list(townships)
        self._longest = longest
        self._tally = me.tally

    def run(self) -> None:
        try:
            while not self._tally.is_enough:
                if self._rng.random() < 0.06 and self._tally.told:
                    self._roll_back()
                else:
                    self._draft()
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - told to the test
            self._tally.fail(f"{self.name}: {error!r}")

    def _draft(self) -> None:
        many = 2 if len(self._townships) > 1 and self._rng.random() < 0.3 else 1
        scope = [str(code) for code in self._rng.choice(self._townships, many, replace=False)]
        first = clock.today().replace(day=1) if self._rng.random() < 0.05 else None
        body = {"title": self.name, "scope": scope, "effective_from": first and first.isoformat()}
        answer = self._me.ask("POST", "/changesets", body)
        work = _Work(self._me, self._reviewer, answer, scope, self._rng)
        board = Board(self._rng, [f for code in scope for f in self._me.grids(code)])
        for _ in range(int(self._rng.integers(1, self._longest))):
            self._operate(work, board)
        for _ in range(int(self._rng.integers(0, 4)) if self._rng.random() < 0.3 else 0):
            work.do("undo")
        for _ in range(int(self._rng.integers(0, 4)) if self._rng.random() < 0.3 else 0):
            work.do("redo")
        work.carry_through()

    def _operate(self, work: _Work, board: Board) -> None:
        kind = board.kind()
        operation = self._drawn(work, board, kind)
        if operation is None:
            return
        answer = work.do("ops", operation)
        if answer.status_code == 200:
            self._tally.count(self._tally.accepted, str(operation["op"]))
            board.update(answer.json()["changed"])
        elif answer.status_code == 409:
            work.rebase()

    def _drawn(self, work: _Work, board: Board, kind: str) -> Document | None:
        if kind == "bad":
            return board.bad()
        if kind != "replace":
            return board.operation(kind)
        model = board.operation(str(self._rng.choice(["split", "transfer", "reshape", "merge"])))
        tried = work.do("ops?dry_run=true", model)
        return board.replacing(tried.json()["changed"]) if tried.status_code == 200 else None

    def _roll_back(self) -> None:
        back = int(self._rng.integers(0, 4))
        generation = max(self._tally.told) - back
        body = {"county": self._townships[0][:6], "only": bool(self._rng.random() < 0.8)}
        answer = self._me.ask("POST", f"/generations/{max(generation, 1)}/rollback", body)
        if answer.status_code != 201:
            self._tally.count(self._tally.conflicts, f"rollback {answer.status_code}")
            return
        self._tally.count(self._tally.deeds, "rollback drafted")
        drafted = self._me.ask("GET", f"/changesets/{answer.json()['changeset_id']}")
        scope = list(drafted.json()["scope"])
        _Work(self._me, self._reviewer, drafted, scope, self._rng).carry_through()


class _Work:
    """A draft that is worked on."""

    def __init__(
        self,
        me: Caller,
        reviewer: Caller,
        answer: httpx.Response,
        scope: list[str],
        rng: np.random.Generator,
    ) -> None:
        if answer.status_code not in (200, 201):
            me.tally.fail(f"{me.name} has no draft: {answer.status_code} {answer.text[:500]}")
            raise Stopped
        self._me = me
        self._reviewer = reviewer
        self._number, self._etag = answer.json()["id"], answer.headers["etag"]
        self._scope = scope
        self._rng = rng
        self._tally = me.tally

    def do(self, deed: str, body: object = None, by: Caller | None = None) -> httpx.Response:
        path = f"/changesets/{self._number}/{deed}"
        answer = (by or self._me).ask("POST", path, body or {}, etag=self._etag)
        if answer.status_code == 200:
            self._etag = answer.headers["etag"]
            self._tally.count(self._tally.deeds, deed)
        elif answer.status_code == 422:
            codes = {e.get("code", "invalid") for e in answer.json().get("errors", [{}])}
            for code in codes or {"invalid"}:
                self._tally.count(self._tally.refused, str(code))
        else:
            slug = answer.json().get("code") or answer.json()["type"].rsplit("/", 1)[-1]
            self._tally.count(self._tally.conflicts, f"{deed} {answer.status_code} {slug}")
        return answer

    def rebase(self) -> bool:
        """Put the draft on newer boundaries; what is in conflict is kept or dropped."""
        choices: dict[str, str] = {}
        for _ in range(3):
            answer = self.do("rebase", {"choices": choices})
            if answer.status_code != 200:
                return False
            told = answer.json()
            for one in told["operations"]:
                self._tally.count(self._tally.conflicts, f"replayed: {one['state']}")
                if one["state"] == "conflict":
                    again = choices.get(str(one["op_no"]))
                    keep = again is None and self._rng.random() < 0.4
                    choices[str(one["op_no"])] = "keep" if keep else "drop"
            if told["is_written"]:
                return True
        return False

    def carry_through(self) -> None:
        """Submit, approve and publish; rebase where others were first."""
        for _ in range(TRIES):
            if self.do("submit").status_code == 200:
                self.do("approve", {"comment": "同意"}, by=self._reviewer)
                published = self.do("publish", by=self._reviewer)
                if published.status_code == 200:
                    self._remember(published.json()["generation"])
                    return
                if published.status_code != 409:
                    # What was proved when it was submitted holds until somebody else publishes.
                    self._tally.count(self._tally.deeds, "published not")
            if self._state() == "submitted" or self._state() == "approved":
                self.do("withdraw")
            if not self.rebase():
                break
        if self._state() not in ("withdrawn", "published"):
            self.do("withdraw")
        self._tally.count(self._tally.deeds, "given up")

    def _state(self) -> str:
        return str(self._me.get(f"/changesets/{self._number}")["state"])

    def _remember(self, generation: int) -> None:
        self._tally.told[generation] = {
            code: self._me.digest(code, generation) for code in self._scope
        }


class Reporter(threading.Thread):
    """Reports events as fast as they are answered, until it is told to stop."""

    def __init__(self, me: Caller, boxes: np.ndarray, seed: int) -> None:
        super().__init__(name=me.name, daemon=True)
        self._me = me
        self._boxes = boxes
        self._rng = np.random.default_rng(seed)
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        numbers = itertools.count()
        while not self._stopping.is_set():
            west, south, east, north = self._boxes[int(self._rng.integers(len(self._boxes)))]
            lon = round(float(self._rng.uniform(west, east)), 7)
            lat = round(float(self._rng.uniform(south, north)), 7)
            event = {
                "source": self.name,
                "source_id": str(next(numbers)),
                "title": "路灯不亮",
                "category_code": "0402",
                "position": {"x": lon, "y": lat, "crs": "EPSG:4490"},
            }
            answer = self._me.ask("POST", "/events", event)
            if answer.status_code == 422:
                continue  # in the box of a grid at the county's edge, but not in the county
            if answer.status_code != 201:
                self._me.tally.fail(f"event: {answer.status_code} {answer.text[:500]}")
                return
            self._me.tally.events.add(answer.json()["properties"]["event_no"])


__all__ = ["KINDS", "Caller", "Planner", "Reporter", "Tally", "give_keys", "secret"]
