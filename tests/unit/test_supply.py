"""What we take from others is pinned, names no registry, and is served as it was locked."""

import gzip
import hashlib
import json
import os
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "web" / "static" / "vendor"
PACKAGE = json.loads((ROOT / "web" / "package.json").read_text())
LOCK = json.loads((ROOT / "web" / "package-lock.json").read_text())
REQUIREMENTS = (ROOT / "requirements.lock").read_text()


def manifest() -> list[dict]:
    return json.loads((VENDOR / "manifest.json").read_text())["packages"]


def served_files() -> dict[str, str]:
    return {path: total for package in manifest() for path, total in package["files"].items()}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", ["requirements.lock", "web/package-lock.json"])
def test_a_lock_names_no_registry(lock):
    text = (ROOT / lock).read_text()
    addresses = [a for a in re.findall(r"https?://[^\s\"']+", text) if "/sponsors/" not in a]
    assert addresses == []
    assert '"resolved"' not in text


def test_every_python_package_is_pinned_with_a_hash():
    pins = re.split(r"\n(?=[a-z0-9])", REQUIREMENTS.split("\n", 2)[2])
    unpinned = [pin.split()[0] for pin in pins if not re.search(r"==\S.*--hash=sha256:", pin, re.S)]
    assert len(pins) > 20
    assert unpinned == []


def test_the_python_lock_covers_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {canonical(re.match(r"[\w.-]+", line).group()) for line in wanted}
    locked = {
        canonical(name) for name in re.findall(r"^([\w.-]+)(?:\[.*\])?==", REQUIREMENTS, re.M)
    }
    assert names - locked == set()


def runtime_packages() -> set[str]:
    """Names of all packages that come with gridmap, and with what comes with it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found, todo = set(), [Requirement(line) for line in project["dependencies"]]
    while todo:
        wanted = todo.pop()
        key = (canonical(wanted.name), frozenset(wanted.extras))
        if key in found:
            continue
        found.add(key)
        for line in metadata.requires(wanted.name) or []:
            needed = Requirement(line)
            marker = needed.marker
            if not marker or any(marker.evaluate({"extra": e}) for e in ("", *wanted.extras)):
                todo.append(needed)
    return {name for name, _ in found}


def test_the_notice_names_every_package_that_is_installed_with_its_licence():
    notice = (ROOT / "NOTICE").read_text()
    named = {canonical(name) for name in re.findall(r"(?m)^  ([@/\w.-]+): \S", notice)}
    assert runtime_packages() - named == set()
    assert {canonical(name) for name in PACKAGE["dependencies"]} - named == set()


def test_every_web_package_is_locked_at_the_exact_version_asked_for():
    locked = {name: LOCK["packages"][f"node_modules/{name}"] for name in PACKAGE["dependencies"]}
    assert {name: entry["version"] for name, entry in locked.items()} == PACKAGE["dependencies"]
    assert all(entry["integrity"].startswith("sha512-") for entry in locked.values())


def test_what_is_served_is_what_is_locked():
    served = {package["name"]: (package["version"], package["licence"]) for package in manifest()}
    locked = {
        name: (LOCK["packages"][f"node_modules/{name}"]["version"],
               LOCK["packages"][f"node_modules/{name}"]["license"])
        for name in PACKAGE["dependencies"]
    }  # fmt: skip
    assert served == locked


def test_every_served_file_is_in_the_manifest_with_its_sum():
    on_disk = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.suffix != ".gz" and path.parent != VENDOR
    }
    assert on_disk == served_files()


def test_every_packed_file_unpacks_to_its_neighbour():
    packed = sorted(VENDOR.rglob("*.gz"))
    assert {path.suffixes[-2] for path in packed} == {".js", ".mjs", ".css", ".json"}
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_every_package_brings_its_licence():
    for package in manifest():
        assert any(path.endswith("/LICENSE") for path in package["files"]), package["name"]


def test_style_sheets_ask_for_nothing_that_is_not_served():
    for sheet in VENDOR.rglob("*.css"):
        for target in re.findall(r"url\(([^)]+)\)", sheet.read_text()):
            if not target.startswith("#"):
                assert (sheet.parent / target).is_file(), f"{sheet.name}: {target}"


@pytest.mark.xdist_group("together")
def test_what_belongs_together_runs_in_one_process(request):
    """A pytest that hides the groups from xdist has every process load every demo."""
    distributed = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@together") == distributed
