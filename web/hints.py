"""What a page will need, told to the browser in its first lines, so that all of it comes at once.

Modules name each other; a browser that finds out one level at a time waits once for every level,
and asks for the boundaries only when the last one has come.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

from markupsafe import Markup

from web.bundles import ROOT, bundled

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(
    r"""^(?:import\s*|(?:import|export)\b[^;"'()]*?\bfrom\s*)["'](\.[^"']+)["']""", re.MULTILINE
)


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """Return a module and all that it imports, as paths below the static folder, nearest first.

    Parameters
    ----------
    entry
        Path below the static folder, ``js/pages/screen.js``.

    Returns
    -------
    tuple of str
        Imports that the modules ask for later (``import(…)``) are left out.
    """
    found: dict[str, None] = {}
    waiting = [STATIC / entry]
    while waiting:
        module = waiting.pop(0)
        name = module.relative_to(STATIC).as_posix()
        if name in found:
            continue
        found[name] = None
        wanted = _IMPORT.findall(module.read_text("utf-8"))
        waiting += [(module.parent / name).resolve() for name in wanted]
    return tuple(found)


def hints(entry: str, *data: str) -> Markup:
    """Return the links that make a browser fetch modules and data at once.

    Parameters
    ----------
    entry
        The page's first module, as a path below the static folder.
    *data
        Addresses that the page will fetch with the cookies of its own server.

    Returns
    -------
    Markup
        Elements for the page's head.
    """
    fetched = [
        f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{escape(address)}">'
        for address in data
    ]
    files = bundled().get(entry) or [ROOT + name for name in modules_of(entry)]
    modules = [f'<link rel="modulepreload" href="{address}">' for address in files]
    # Every part of it is ours or escaped.
    return Markup("\n".join(fetched + modules))  # noqa: S704
