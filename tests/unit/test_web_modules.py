"""The browser's modules: their own tests, and the rules that hold them together."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "web" / "static" / "js"
VENDOR = ROOT / "web" / "static" / "vendor"
RANKS = ["core", "api", "map", "ui", "edit", "screen", "pages"]
MODULES = sorted(JS.rglob("*.js"))
IMPORT = re.compile(
    r"""^(?:import|export)\b[^;"]*?\bfrom "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)""",
    re.MULTILINE,
)
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def code_of(module: Path) -> str:
    return COMMENT.sub("", module.read_text(encoding="utf-8"))


def imports_of(module: Path) -> list[str]:
    return ["".join(groups) for groups in IMPORT.findall(code_of(module))]


def rank(module: Path) -> int:
    return RANKS.index(module.relative_to(JS).parts[0])


def test_pure_modules_pass_their_own_tests() -> None:
    files = sorted((ROOT / "tests" / "unit" / "js").glob("*.test.mjs"))
    assert files
    run = subprocess.run(
        ["node", "--test", *map(str, files)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(JS)))
def test_a_module_imports_its_own_rank_or_below(module: Path) -> None:
    for name in imports_of(module):
        assert name.startswith("."), f"{name} is not a file of ours"
        target = (module.parent / name).resolve()
        assert target.is_file(), f"{name} does not exist"
        if target.is_relative_to(VENDOR):
            assert rank(module) >= RANKS.index("screen"), f"{name} is heavy: for walls only"
            continue
        assert rank(target) <= rank(module), f"{name} is of a higher rank"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(JS)))
def test_a_module_makes_no_markup_of_text_and_no_globals(module: Path) -> None:
    code = code_of(module)
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(markup, code)
    assert not re.search(r"\b(?:window|globalThis)\.\w+\s*=[^=]", code)
    assert module.read_text(encoding="utf-8").startswith("// @ts-check\n")


def test_only_the_client_talks_to_the_server() -> None:
    asks = r"\bfetch\(|XMLHttpRequest|EventSource|sendBeacon|WebSocket"
    talking = [path for path in MODULES if re.search(asks, code_of(path))]
    assert talking == [JS / "api" / "client.js", JS / "api" / "live.js"]


def test_core_knows_no_document() -> None:
    for module in (path for path in MODULES if rank(path) == 0):
        assert not re.search(r"\b(?:document|window|navigator|localStorage)\b", code_of(module))


def test_imports_make_no_circle() -> None:
    graph = {
        module: {(module.parent / name).resolve() for name in imports_of(module)}
        for module in MODULES
    }
    while graph:
        free = {module for module, needs in graph.items() if not needs & set(graph)}
        assert free, f"a circle among {sorted(map(str, graph))}"
        graph = {module: needs for module, needs in graph.items() if module not in free}


def test_every_message_that_is_asked_for_exists_and_every_one_is_used() -> None:
    tables = sorted((JS / "core").glob("*messages.js"))
    table = "\n".join(path.read_text(encoding="utf-8") for path in tables)
    known = set(re.findall(r'^    "([\w.]+)":', table, re.MULTILINE))
    sources = [path for path in MODULES if path not in tables]
    sources += sorted((ROOT / "web" / "templates").glob("*.html"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"""["'`]([a-z]+\.[a-z_]+)["'`]""", text))
    patterns = {
        re.sub(r"\$\{[^}]*\}", r"\\w+", key)
        for key in re.findall(r"`([a-z]+\.[a-z_]*\$\{[^`]*\})`", text)
    }
    families = {key.split(".")[0] for key in known}
    missing = {key for key in asked if key.split(".")[0] in families and key not in known}
    assert not {key for key in missing if not key.endswith((".js", ".css", ".html"))}
    unused = {
        key
        for key in known
        if key not in asked and not any(re.fullmatch(pattern, key) for pattern in patterns)
    }
    assert not unused


PAGES = {"index": "map", "screen": "screen", "edit": "edit", "admin": "admin", "login": "login"}


def modules_behind(entry: Path) -> set[Path]:
    found: set[Path] = set()
    todo = [entry]
    while todo:
        module = todo.pop().resolve()
        if module not in found and not module.is_relative_to(VENDOR):
            found.add(module)
            todo += [module.parent / name for name in imports_of(module)]
    return found


@pytest.mark.parametrize(("page", "template"), PAGES.items())
def test_a_page_loads_the_words_that_it_says_and_no_other_catalogue(
    page: str, template: str
) -> None:
    catalogues = {
        path: set(re.findall(r'^    "([\w.]+)":', path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (JS / "core").glob("*messages.js")
    }
    behind = modules_behind(JS / "pages" / f"{page}.js")
    loaded = {path: keys for path, keys in catalogues.items() if path in behind}
    text = (ROOT / "web" / "templates" / f"{template}.html").read_text(encoding="utf-8")
    text += "".join(code_of(path) for path in behind - set(catalogues))
    asked = set(re.findall(r"""["'`]([a-z]+\.[a-z_]+)["'`]""", text))
    stems = set(re.findall(r"`([a-z]+\.[a-z_]*)\$\{", text))
    known = set().union(*loaded.values())
    wanted = {key for keys in catalogues.values() for key in keys & asked}
    # Kinds of messages of the live feed are written like keys.
    assert wanted - known - {"playlist.changed"} == set()
    for path, keys in loaded.items():
        of_a_family = any(key.startswith(stem) for stem in stems for key in keys)
        assert keys & asked or of_a_family, f"{path.name} is not for this page"
        names = re.findall(r"export const (\w+)", path.read_text(encoding="utf-8"))
        said = "".join(code_of(module) for module in behind)
        assert path.name == "messages.js" or re.search(rf"(?:learn\(|\.\.\.).*{names[0]}", said)
