"""Boundaries: proved, published, kept.

What publishes is loaded when it is first asked for: the process that reads a stranger's file
(`gis.boundaries.reading.child`) starts in a fifth of the time without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gis.boundaries.publish import Publication, publish_import

__all__ = ["Publication", "publish_import"]


def __getattr__(name: str) -> Any:
    """Return what publishes."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("gis.boundaries.publish"), name)
