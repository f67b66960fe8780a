"""How far a long command is: a bar at a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from gis.tabular import Progress as Told

QUARTERS = 4
"""In plain text a step is told when it begins and at each quarter."""


@contextmanager
def show_progress() -> Iterator[Told]:
    """Provide the function that a long command tells its steps to.

    Yields
    ------
    Progress
        Takes the step in Chinese and in English, and the share of it that is done.
    """
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bar(bars)


class _Lines:
    """Says each step once, and its quarters."""

    def __init__(self) -> None:
        self._told: tuple[str, int] | None = None

    def __call__(self, zh: str, en: str, share: float = 0.0) -> None:
        quarter = int(share * QUARTERS)
        if self._told != (en, quarter):
            part = f" {quarter * 100 // QUARTERS}%" if quarter else ""
            click.echo(f"· {zh}{part}  {en}{part}", err=True)
            self._told = (en, quarter)


class _Bar:
    """Shows the step as a bar, which pulses while its share is not known."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None)

    def __call__(self, zh: str, en: str, share: float = 0.0) -> None:
        total = 1.0 if share else None
        self._bars.update(self._task, description=f"{zh} {en}", completed=share, total=total)
