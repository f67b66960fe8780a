"""Modules and style sheets of the pages as few files, where they were bundled at set-up.

`web/bundle.mjs` writes them beside a manifest. What is served has to be what the sources say: a
bundle is used only if the sources still have the sum that it was made from, and every file of it
is whole. Otherwise browsers get the modules themselves, which do the same (ADR 0028).
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"
BUNDLE = STATIC / "bundle"
ROOT = "/static/"
#: Below the static folder: folders of sources, and the list of what is vendored.
SOURCES = ("css", "js")
VENDORED = "vendor/manifest.json"

BROKEN = (
    "The bundle of the pages is not whole; their modules are served one by one:"
    " remove web/static/bundle, and ./run bundles them again."
)

_log = logging.getLogger(__name__)


@cache
def bundled() -> Mapping[str, tuple[str, ...]]:
    """Return which files stand for a page's module or style sheet.

    It is worked out once in the life of a process, as the version of all files is.

    Returns
    -------
    mapping
        Path below the static folder (``js/pages/screen.js``) → addresses: of the file itself, then
        of all that it imports at once. Empty where nothing was bundled, or where that is stale;
        the log then says so.
    """
    try:
        manifest = json.loads((BUNDLE / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        _log.info("The pages are not bundled (./run does it); their modules are served one by one.")
        return {}
    except ValueError:
        manifest = None
    if not _is_manifest(manifest):
        _log.warning(BROKEN)
        return {}
    if manifest["made_from"] != made_from():
        _log.warning(
            "The bundle of the pages is older than their modules, which are served one by one:"
            " ./run bundles them again."
        )
        return {}
    if any(_sum(BUNDLE / name) != total for name, total in manifest["files"].items()):
        _log.warning(BROKEN)
        return {}
    return {entry: _addresses(names) for entry, names in manifest["entries"].items()}


def _is_manifest(manifest: Any) -> bool:
    """Tell whether all is there that is read of it: half a file must not keep the server down."""
    return isinstance(manifest, dict) and manifest.keys() >= {"made_from", "files", "entries"}


def made_from() -> str:
    """Return the sum of all that a bundle is made from, SHA-256 in hexadecimal digits."""
    paths = [path for name in SOURCES for path in (STATIC / name).rglob("*") if path.is_file()]
    named = {path.relative_to(STATIC).as_posix(): path for path in [*paths, STATIC / VENDORED]}
    total = hashlib.sha256()
    for name in sorted(named):
        total.update(f"{_sum(named[name])} {name}\n".encode())
    return total.hexdigest()


def _sum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def _addresses(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{ROOT}bundle/{name}" for name in names)
