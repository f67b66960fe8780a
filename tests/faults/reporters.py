"""Clients that report events whatever happens, and the ledger of what was promised to them."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests import factories

SOURCE = "kills"
#: Whoever waits longer than this for an answer was left hanging.
HANGS_S = 45.0
TRIES = 40
BACK_OFF_S = 0.2


@dataclass
class Ledger:
    """What all clients together were answered.

    Attributes
    ----------
    acknowledged
        Id of the source → number of the event, for every 200 and 201.
    uncertain
        Ids that were sent, and of which nobody can know whether they were written.
    statuses
        How often each status came; ``none`` where the connection broke.
    wrong
        Answers that must not be.
    """

    acknowledged: dict[str, str] = field(default_factory=dict)
    uncertain: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    by_server: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, status: str, took_s: float) -> None:
        with self.changed:
            self.statuses[status] += 1
            self.longest_s = max(self.longest_s, took_s)
            self.changed.notify_all()

    def acknowledge(self, source_id: str, event_no: str, port: int) -> None:
        with self.changed:
            known = self.acknowledged.setdefault(source_id, event_no)
            if known != event_no:
                self.wrong.append(f"{source_id} is event {known} and then event {event_no}")
            self.uncertain.discard(source_id)
            self.by_server[port] += 1
            self.changed.notify_all()

    def doubt(self, source_id: str) -> None:
        with self.changed:
            self.uncertain.add(source_id)

    def accuse(self, what: str) -> None:
        with self.changed:
            self.wrong.append(what)
            self.changed.notify_all()

    def promised(self) -> dict[str, str]:
        """Return what was acknowledged up to now."""
        with self.changed:
            return dict(self.acknowledged)

    def wait_for_more(self, ports: tuple[int, ...], count: int, timeout_s: float) -> None:
        """Wait until every server has acknowledged so many more events."""
        with self.changed:
            goals = {port: self.by_server[port] + count for port in ports}
            came = self.changed.wait_for(
                lambda: all(self.by_server[port] >= goal for port, goal in goals.items()),
                timeout_s,
            )
            assert came, f"not served again in {timeout_s} s: {goals} {self.statuses} {self.wrong}"

    def forget_events(self) -> None:
        """Begin anew on another database; what was counted stays."""
        with self.changed:
            self.acknowledged.clear()
            self.uncertain.clear()


class Reporter(threading.Thread):
    """One client: reports events one after the other, until it is told to stop.

    Parameters
    ----------
    ports
        Servers of the same database; after a failure the next one is asked.
    ledger
        Where answers are written down.
    headers
        Sent with every request, such as ``Authorization``.
    """

    def __init__(
        self, number: int, ports: tuple[int, ...], ledger: Ledger, headers: Mapping[str, str]
    ) -> None:
        super().__init__(daemon=True)
        self._name = f"reporter-{number}"
        self._ports = ports
        self._ledger = ledger
        self._headers = dict(headers)
        self._random = random.Random(number)  # noqa: S311
        self._stopping = threading.Event()
        self._connections: dict[int, http.client.HTTPConnection] = {}

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            self._report(f"{self._name}-{time.time_ns()}-{number}")
        for connection in self._connections.values():
            connection.close()

    def _report(self, source_id: str) -> None:
        body = self._body(source_id)
        persistent = self._random.random() < 0.5
        port = self._random.choice(self._ports)
        for _ in range(TRIES if persistent else 1):
            answer = self._ask(port, "POST", "/api/v1/events", body)
            if answer is None:
                self._ledger.doubt(source_id)
            elif answer[0] in (200, 201):
                event_no = answer[1]["properties"]["event_no"]
                self._ledger.acknowledge(source_id, event_no, port)
                self._read_back(event_no)
                return
            elif answer[0] not in (429, 503):
                return  # accused already
            if self._stopping.wait(BACK_OFF_S * self._random.random()):
                return
            port = self._random.choice(self._ports)

    def _read_back(self, event_no: str) -> None:
        """Now and then ask another server for what was just promised."""
        if self._random.random() < 0.1:
            port = self._random.choice(self._ports)
            self._ask(port, "GET", f"/api/v1/events/{event_no}", None)

    def _body(self, source_id: str) -> str:
        x = factories.WEST + self._random.randrange(4 * factories.STEP)
        y = factories.SOUTH + self._random.randrange(3 * factories.STEP)
        event = {
            "source": SOURCE,
            "source_id": source_id,
            "title": f"事件 {source_id}",
            "category_code": "0402",
            "position": {"x": x / 1e7, "y": y / 1e7, "crs": "cgcs2000"},
        }
        return json.dumps(event)

    def _ask(
        self, port: int, method: str, path: str, body: str | None
    ) -> tuple[int, dict[str, Any]] | None:
        begun = time.perf_counter()
        connection = self._connections.get(port)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS_S)
            self._connections[port] = connection
        try:
            connection.request(
                method, path, body, {"Content-Type": "application/json", **self._headers}
            )
            answer = connection.getresponse()
            text = answer.read()
        except TimeoutError:
            self._ledger.accuse(f"{method} {path}: no answer in {HANGS_S} s")
            self._drop(port)
            return None
        except (OSError, http.client.HTTPException):
            self._ledger.note("none", time.perf_counter() - begun)
            self._drop(port)
            return None
        self._ledger.note(str(answer.status), time.perf_counter() - begun)
        if answer.status not in (200, 201) and not is_clear_refusal(answer, text):
            self._ledger.accuse(f"{method} {path}: {answer.status} {text[:300]!r}")
        return answer.status, json.loads(text) if answer.status in (200, 201) else {}

    def _drop(self, port: int) -> None:
        self._connections.pop(port).close()


def is_clear_refusal(answer: http.client.HTTPResponse, text: bytes) -> bool:
    """Tell whether an answer says: not now, come back then."""
    return (
        answer.status in (429, 503)
        and int(answer.headers.get("Retry-After", "0")) > 0
        and answer.headers.get("Content-Type") == "application/problem+json"
        and json.loads(text)["status"] == answer.status
    )
