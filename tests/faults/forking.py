"""Real processes at the price of a fork: one process imports everything once and forks the rest.

What a child runs is what ``gridmap serve`` runs: `gis.cli.serving.serve` with `api.app` under
uvicorn. Importing takes seconds, and hundreds of kills would otherwise wait for nothing else.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60
PR_SET_PDEATHSIG = 1


class Nursery:
    """The forking process, seen from outside.

    Parameters
    ----------
    log
        Where all that the children say on stderr goes.
    heard
        Called, from a thread of its own, with whatever a child tells beside being ready.
    """

    def __init__(self, log: Path, heard: Callable[[dict[str, Any]], None]) -> None:
        self.log = log
        self._heard = heard
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        with log.open("a") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.forking"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()
        self._next("imported")

    def start(self, *orders: dict[str, Any]) -> dict[str, int]:
        """Fork a child for each order (``task``, ``name``, ``environment`` and what it takes).

        Returns
        -------
        dict
            Name → pid, as soon as all of them are ready.
        """
        assert self._process.stdin is not None
        for order in orders:
            self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        ready = [self._next("ready") for _ in orders]
        return {told["ready"]: told["pid"] for told in ready}

    def close(self) -> None:
        """End all of them; children die with their parent."""
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "imported" in told or "ready" in told:
                self._told.put(told)
            else:
                self._heard(told)

    def _next(self, wanted: str) -> dict[str, Any]:
        try:
            told = self._told.get(timeout=TIMEOUT_S)
        except queue.Empty:
            said = self.log.read_text(encoding="utf-8")[-3000:]
            raise AssertionError(f"no child became {wanted}:\n{said}") from None
        assert wanted in told, told
        return told


def tell(**told: Any) -> None:
    """Tell one line, in one piece whatever other children tell."""
    os.write(1, (json.dumps(told) + "\n").encode())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _serve(name: str, port: int) -> None:
    from gis.cli.serving import serve  # noqa: PLC0415

    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    serve(door, f"http://127.0.0.1:{port}", lambda: tell(ready=name, pid=os.getpid()))


def _publish(name: str, url: str, seed: int) -> None:
    from tests.faults.moving import publish_for_ever  # noqa: PLC0415

    tell(ready=name, pid=os.getpid())
    publish_for_ever(url, seed, tell)


TASKS: dict[str, Callable[..., None]] = {"api": _serve, "publisher": _publish}


def _be_child(order: dict[str, Any], parent: int) -> None:
    # Not to be left behind, whatever happens to those who started us.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order.pop("environment"))
    TASKS[order.pop("task")](**order)


def main() -> None:
    """Fork a child for each line that comes in."""
    import api.app  # noqa: F401, PLC0415
    import gis.cli.serving  # noqa: F401, PLC0415
    import tests.faults.moving  # noqa: F401, PLC0415

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the dead
    tell(imported=True)
    here = os.getpid()
    for line in sys.stdin:
        if os.fork() == 0:
            try:
                _be_child(json.loads(line), here)
            except BaseException:  # noqa: BLE001 - a child must never return into the loop
                traceback.print_exc()
            os._exit(1)


if __name__ == "__main__":
    main()
