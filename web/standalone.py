"""A page as one file that needs no server: its scripts, styles and answers are inside it.

Modules become ``data:`` addresses in the import map. A module that came in such an address cannot
name its neighbours relative to itself, so each import is written as the bare name that the map
knows. A policy in the file forbids every request: what is not inside does not come (promise 6).
"""

from __future__ import annotations

import base64
import gzip
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from markupsafe import Markup

from web.maps import localize, nonced, script_json

STATIC = Path(__file__).parent / "static"
BARE = "gridmap/"
#: What asks the server, and what stands in for it.
STAND_INS = {"api/client.js": "api/embedded.js", "api/live.js": "api/embedded_live.js"}
NONCE = "gridmap"
POLICY = (
    f"default-src 'none'; script-src 'nonce-{NONCE}' data:; style-src 'nonce-{NONCE}';"
    " style-src-attr 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src 'none';"
    " base-uri 'none'; form-action 'none'"
)

_IMPORT = re.compile(
    r"""^((?:import|export)\s(?:[^;"']*?\sfrom\s)?|\}\s*from\s)(["'])([^"']+)\2""", re.MULTILINE
)
_STYLE = re.compile(r'<link rel="stylesheet" href="/static/([^"?]+)[^"]*"\s*/?>')
_SCRIPT = re.compile(r'<script src="/static/([^"?]+)[^"]*"></script>')
_ICON = re.compile(r'<link rel="icon" href="/static/([^"?]+)"[^>]*>')
_SHEET = re.compile(r'@import "([^"]+)";')
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_IMPORT_MAP = re.compile(r'(<script type="importmap"[^>]*>).*?(</script>)', re.DOTALL)


def standalone(html: str, answers: Mapping[str, Any], *, entry: str) -> str:
    """Put all that a page needs into it.

    Parameters
    ----------
    html
        A page of `web.maps.GridMap.compose`.
    answers
        Path → what the server would answer there; only these paths are ever asked for.
    entry
        The page's first module, as the import map names it.

    Returns
    -------
    str
        A document that works from a disk, and asks nobody for anything.

    Raises
    ------
    RemoteReferenceError
        Something in it would still be fetched from elsewhere.
    """
    html = _IMPORT_MAP.sub(lambda found: found[1] + _import_map(entry) + found[2], html)
    html = _ICON.sub(lambda found: f'<link rel="icon" href="{_icon(found[1])}">', html)
    html = _STYLE.sub(lambda found: f"<style>{_style(found[1])}</style>", html)
    # Looked at before the libraries come in: they name their homes in words, not in requests.
    html = localize(html)
    html = _SCRIPT.sub(lambda found: f"<script>{_script(found[1])}</script>", html)
    packed = base64.b64encode(gzip.compress(orjson.dumps(answers), mtime=0)).decode()
    held = f'<script id="answers" type="application/octet-stream">{packed}</script>'
    style = (
        "<style>#log-in,#edit,#account,.time,[data-sheet-open=time]{display:none!important}</style>"
    )
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    html = html.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{policy}', 1)
    html = html.replace("</head>", f"{style}\n</head>", 1)
    html = html.replace("</body>", f"{held}\n</body>", 1)
    return nonced(html, NONCE)


def _import_map(entry: str) -> str:
    modules = modules_of(entry.removeprefix(BARE))
    stood_in = {asks: modules[stand_in] for asks, stand_in in STAND_INS.items()}
    return script_json(
        {"imports": {BARE + name: _address(text) for name, text in (modules | stood_in).items()}}
    )


def modules_of(entry: str) -> dict[str, str]:
    """Return a module and all that it imports, with their imports as bare names.

    Parameters
    ----------
    entry
        Path under ``static/js``.

    Returns
    -------
    dict
        Path → text; what stands in for the server is among them.
    """
    found: dict[str, str] = {}
    waiting = [entry, *STAND_INS.values()]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        text = (STATIC / "js" / name).read_text(encoding="utf-8")
        needed = [_resolve(name, there) for _, _, there in _IMPORT.findall(text)]
        found[name] = _IMPORT.sub(
            lambda hit, name=name: f'{hit[1]}"{BARE}{_resolve(name, hit[3])}"',  # type: ignore[misc]
            text,
        )
        waiting.extend(needed)
    return found


def _resolve(importer: str, there: str) -> str:
    if there.startswith(BARE):
        return there.removeprefix(BARE)
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), there))


def _address(text: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()


def _icon(path: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode((STATIC / path).read_bytes()).decode()


def _style(path: str) -> Markup:
    """Return a style sheet without what it would fetch: fonts are those of the reader's machine."""
    text = _FACE.sub("", _sheet(STATIC / path))
    text = re.sub(r"url\((?!['\"]?data:)[^)]*\)", "none", text)
    return Markup(text.replace("</", "<\\/"))  # noqa: S704 - our own file


def _sheet(path: Path) -> str:
    """Return a style sheet with those that it imports in their places."""
    text = path.read_text(encoding="utf-8")
    return _SHEET.sub(lambda found: _sheet(path.parent / found[1]), text)


def _script(path: str) -> Markup:
    text = (STATIC / path).read_text(encoding="utf-8")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    return Markup(text.replace("</script", "<\\/script"))  # noqa: S704 - a vendored file
