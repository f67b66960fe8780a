"""``gridmap demo``, killed in the middle of things, leaves nothing half done."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis.db.cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]
PROFILE = "yangying"  # the smallest
COMMAND = [sys.executable, "-P", "-m", "gis.cli", "demo", "--profile", PROFILE]
LOADING = "Filing events into grids"
READY = "Ctrl-C"


class Demo:
    """A demo in a process of its own."""

    def __init__(self, state_dir: Path, *options: str) -> None:
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [*COMMAND, "--port", str(self.port), *options],
            env=environment | {"PYTHONPATH": str(ROOT), "GRIDMAP_STATE_DIR": str(state_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def wait_for(self, words: str) -> None:
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return
        raise AssertionError(f"it never said {words!r}:\n{self.said}")

    def end(self) -> int:
        """Read to the end and return the exit code."""
        self.said += self.process.stdout.read()
        return self.process.wait()

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return json.load(answer)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    Cluster(tmp_path / "state").destroy()


@pytest.fixture
def demo(state_dir: Path) -> Iterator:
    """Start demos; whatever is left of them is killed."""
    started: list[Demo] = []

    def start(*options: str) -> Demo:
        started.append(Demo(state_dir, *options))
        return started[-1]

    yield start
    for one in started:
        with one.process:
            one.process.kill()


def test_killed_while_loading_it_loads_all_of_it_the_next_time(demo, state_dir):
    first = demo()
    first.wait_for(LOADING)
    first.process.kill()
    first.end()

    second = demo()
    second.wait_for(READY)
    assert LOADING in second.said
    assert second.get("/health/ready")["profile"] == PROFILE
    second.process.send_signal(signal.SIGTERM)
    assert second.end() == 128 + signal.SIGTERM
    assert not Cluster(state_dir).is_running()

    third = demo()
    third.wait_for(READY)
    assert LOADING not in third.said
    third.process.send_signal(signal.SIGINT)
    assert third.end() == 0
    assert not Cluster(state_dir).is_running()


def test_postgresql_killed_while_loading_is_told_and_leaves_nothing(demo, state_dir):
    first = demo()
    first.wait_for(LOADING)
    os.kill(Cluster(state_dir)._running().pid, signal.SIGKILL)
    assert first.end() == 1
    assert "the database failed, nothing was changed" in first.said
    assert "数据库出错" in first.said
    assert "Traceback" not in first.said

    second = demo()
    second.wait_for(READY)
    assert LOADING in second.said


def test_two_demos_share_the_cluster_and_the_last_one_stops_it(demo, state_dir):
    first = demo()
    second = demo()
    for one in (first, second):
        one.wait_for(READY)
    assert (LOADING in first.said) != (LOADING in second.said)
    first.process.send_signal(signal.SIGINT)
    assert first.end() == 0
    assert second.get("/health/ready")["profile"] == PROFILE
    second.process.send_signal(signal.SIGINT)
    assert second.end() == 0
    assert not Cluster(state_dir).is_running()
