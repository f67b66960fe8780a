"""Locate a partitioned directory on a Dask cluster: the same locator in every worker."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from distributed import Client, KilledWorker, LocalCluster, WorkerPlugin, as_completed, get_worker

from gis.batch.directories import Part, claim_target, clear_partial, list_parts, locate_part
from gis.batch.kit import Kit
from gis.batch.sources import Wanted
from gis.batch.tally import Tally
from gis.core.errors import Invalid, Unavailable
from gis.core.locator_file import open_locator, save_locator
from gis.tabular import Progress, silent

_PLUGIN = "gridmap-kit"
_LOCAL = "local:"
_CONNECT_S = 30
#: A part is tried again when the worker that had it is lost, so often.
_ATTEMPTS = 4


class KitPlugin(WorkerPlugin):
    """Brings the kit to every worker once, also to those that join later.

    Parameters
    ----------
    kit
        Locates the rows.
    mapped
        File with the kit's locator, where all workers are on this machine: they map it, and hold
        it in memory once together. Without, it is sent to each.
    """

    name = _PLUGIN

    def __init__(self, kit: Kit, mapped: Path | None = None) -> None:
        self.kit = kit
        self._mapped = mapped

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out the locator where it is to be mapped."""
        kit = self.kit
        if self._mapped is None:
            return KitPlugin, (kit,)
        rest = (kit.snapshot, kit.bounds, kit.basic, kit.exclusive)
        return _map_kit, (self._mapped, rest)

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - distributed's signature
        """Leave the cores to the workers: each of them has its own."""
        pa.set_cpu_count(1)


def _map_kit(path: Path, rest: tuple[Any, ...]) -> KitPlugin:
    locator = open_locator(path)
    assert locator is not None  # noqa: S101 - nothing is asked about what it was made from
    return KitPlugin(Kit(locator, *rest), path)


@contextmanager
def _plugin(kit: Kit, scheduler: str) -> Iterator[KitPlugin]:
    if not scheduler.startswith(_LOCAL):
        yield KitPlugin(kit)
        return
    with tempfile.TemporaryDirectory(prefix="gridmap-locate-") as folder:
        path = Path(folder) / "locator"
        save_locator(kit.locator, path)
        yield KitPlugin(kit, path)


def locate_directory(
    kit: Kit,
    source: str,
    target: str,
    wanted: Wanted,
    scheduler: str,
    *,
    progress: Progress = silent,
) -> Tally:
    """Locate every Parquet file below a folder into a file of the same name below another.

    A part of the target appears whole or not at all. Parts that are there already are left as
    they are, so a run that was broken off is gone on with by starting it again, and a worker that
    is lost costs only the part that it was at.

    Parameters
    ----------
    kit
        Locates the rows.
    source, target
        Folders, or URLs of folders; every worker must reach them under the same name.
    wanted
        How to read the files.
    scheduler
        Address of a Dask scheduler, or ``local:N`` for N processes on this machine.
    progress
        Told how far it is.

    Returns
    -------
    Tally
        Of all parts.

    Raises
    ------
    BadFile, Invalid, UnknownCrs
        A file, a column or the coordinate system cannot be used.
    Conflict
        The target holds parts of other boundaries.
    Unavailable
        The scheduler does not answer, or workers are lost again and again.
    """
    parts = list_parts(source, target)
    claim_target(target, kit, wanted)
    total = Tally()
    with _plugin(kit, scheduler) as plugin, _client(scheduler) as client:
        client.register_plugin(plugin)
        futures = [
            client.submit(_work, part, wanted, pure=False, retries=_ATTEMPTS - 1) for part in parts
        ]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                total.merge(_result(future))
                progress("定位", "locating", done / len(parts))
        except KilledWorker as error:
            raise Unavailable(
                f"the workers are lost again and again: {error}; have they enough memory?",
                zh=f"工作进程反复丢失：{error}；内存是否足够？",
            ) from error
        finally:
            client.cancel(futures)
    clear_partial(target)
    return total


def _work(part: Part, wanted: Wanted) -> Tally | Invalid:
    """Locate a part; runs in a worker.

    What is wrong with a file is a result: to try it again would not help.
    """
    plugin: Any = get_worker().plugins[_PLUGIN]
    try:
        return locate_part(plugin.kit, part, wanted)
    except Invalid as error:
        return error


def _result(future: Any) -> Tally:
    found: Tally | Invalid = future.result()
    if isinstance(found, Invalid):
        raise found
    return found


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    if not scheduler.startswith(_LOCAL):
        try:
            client = Client(scheduler, timeout=_CONNECT_S)
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"the Dask scheduler {scheduler} does not answer: {error}",
                zh=f"Dask 调度器 {scheduler} 无响应：{error}",
            ) from error
        with client:
            yield client
        return
    count = scheduler.removeprefix(_LOCAL)
    if not count.isdecimal() or not 1 <= int(count) <= 256:
        raise Invalid(
            f"--dask {scheduler}: write local:N with a number of processes",
            zh=f"--dask {scheduler}：请写成 local:N（N 为进程数）",
        )
    with (
        LocalCluster(
            n_workers=int(count),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any free port: others may have theirs
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
