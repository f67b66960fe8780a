"""What docstrings say is so: their examples run, and what is raised is told."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

from gis.settings import ROOT

SOURCES = sorted(path for package in ("gis", "api") for path in (ROOT / package).rglob("*.py"))
WITH_EXAMPLES = [path for path in SOURCES if ">>> " in path.read_text(encoding="utf-8")]

#: Routes declare their errors, and commands print them.
DOMAIN = [path for path in SOURCES if not {"routes", "cli"} & set(path.parts)]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=module_name)
def test_examples_give_what_they_say(path: Path) -> None:
    tests = doctest.DocTestFinder().find(importlib.import_module(module_name(path)))
    assert any(test.examples for test in tests)
    runner = doctest.DocTestRunner()
    for test in tests:
        runner.run(test)
    assert runner.failures == 0


def raising(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the public functions that raise an error themselves; what cannot be is none."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(
            isinstance(part, ast.Raise)
            and part.exc is not None
            and not ast.unparse(part.exc).startswith("AssertionError")
            for part in ast.walk(node)
        )
    ]


@pytest.mark.parametrize("path", DOMAIN, ids=module_name)
def test_what_a_public_function_raises_is_told(path: Path) -> None:
    for function in raising(ast.parse(path.read_text(encoding="utf-8"))):
        assert "Raises\n" in (ast.get_docstring(function) or ""), function.name
