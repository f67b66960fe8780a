"""How a long import tells how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told at the beginning of a step and as it goes on."""

    def __call__(self, zh: str, en: str, share: float = 0.0) -> None:
        """Tell the step in both languages, and which share of it is done (0 … 1)."""


def silent(zh: str, en: str, share: float = 0.0) -> None:
    """Tell nobody."""
