"""No secret is in the repository, in the image, or in a list of processes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from gis.cli.main import cli
from gis.settings import ROOT, Settings

#: What keys look like: each with something that it must find.
PATTERNS = {
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----": "-----BEGIN RSA PRIVATE KEY-----",
    r"\bAKIA[0-9A-Z]{16}\b": "AKIA" + "A" * 16,
    r"\bgh[pousr]_[A-Za-z0-9]{36}": "ghp_" + "a1" * 18,
    r"\bxox[abpr]-[A-Za-z0-9-]{10,}": "xoxb-" + "1234567890",
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.": "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.x",
    # A key of ours: 43 characters that are not one and the same.
    r"\bgm_k?(?!(.)\1{20})[A-Za-z0-9_-]{43}\b": "gm_" + "aB3-_xY9kQ2" * 3 + "aB3-_xY9kQ",
    r"\$argon2id\$v=\d+\$[^\s\"'{]+\$[^\s\"'{]+\$": "$argon2id$v=19$m=1,t=1$c2FsdA$aGFzaA$",
    r"postgresql(\+\w+)?://[^\s:/@'\"{}$]+:[^\s@'\"{}$]+@(?!host)": "postgresql://me:hunter2@db",
    r"(?i)\b(password|passwd|secret|api_?key)\b\s*[=:]\s*[\"'](?!\{)[^\"'\s]{8,}[\"']": (
        "password = 'correcthorse'"
    ),
}
#: Words that stand where a secret would, in examples, and in tests that make their own.
EXAMPLES = re.compile(r"user:password@|用户:密码@|me:hunter2@|:wrong@|:s3cret@|:geheim@")
KEYLIKE = ("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "id_rsa*", ".env", "*keys*.json", ".pgpass")


def tracked() -> list[Path]:
    """Return the files of the repository, those not yet added too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    found = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in found if path.is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path == Path(__file__):
            continue
        data = path.read_bytes()
        if b"\0" not in data[:8000]:
            yield path.relative_to(ROOT), data.decode("utf-8", "replace")


@pytest.mark.parametrize(("pattern", "example"), PATTERNS.items(), ids=range(len(PATTERNS)))
def test_a_pattern_finds_what_it_is_for(pattern, example):
    assert re.search(pattern, example)


def searched(path: Path) -> list[str]:
    """Return what must not be in a file; tests make passwords and keys of their own."""
    return list(PATTERNS)[:5] if path.parts[0] == "tests" else list(PATTERNS)


def test_the_repository_holds_no_secret():
    found = [
        f"{path}:{line_no} {line.strip()[:80]}"
        for path, text in texts()
        for line_no, line in enumerate(text.splitlines(), 1)
        if not EXAMPLES.search(line) and any(re.search(pattern, line) for pattern in searched(path))
    ]
    assert found == []


def test_no_file_is_a_store_of_keys():
    names = [path.relative_to(ROOT) for path in tracked()]
    assert len(names) > 100
    assert [name for name in names if any(fnmatch(name.name, kind) for kind in KEYLIKE)] == []


def test_the_image_takes_in_only_what_is_named():
    """Whatever lies in a working folder, .env and databases included, stays out of it."""
    taken = (ROOT / ".dockerignore").read_text().split()
    assert taken[0] == "**"
    assert [line for line in taken if line.startswith("!")] == [
        "!api", "!gis", "!migrations", "!web", "!data", "!requirements.lock",
    ]  # fmt: skip
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M)
    sources = {name for line in copied for name in line.split()}
    kept = {"api", "gis", "migrations", "data", "requirements.lock"}
    assert {name for name in sources if not name.startswith("web")} == kept
    assert not re.search(r"^(ENV|ARG).*(PASSWORD|SECRET|KEY)", dockerfile, re.M)


def commands(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield command


def test_no_command_takes_a_secret_as_an_argument():
    """Arguments stand in the list of processes, and in the history of the shell."""
    every = list(commands(cli))
    assert len(every) > 10
    for command in every:
        for parameter in command.params:
            takes_value = not getattr(parameter, "is_flag", False)
            says = " ".join([parameter.name or "", *parameter.opts]).lower()
            if takes_value:
                assert not re.search(r"passw|secret|token|credential", says), (command.name, says)


def test_settings_do_not_show_their_secrets():
    given = {"api_database_url": "postgresql://a:hidden1@b/c", "oidc_client_secret": "hidden2"}
    settings = Settings(**given)
    assert "hidden" not in repr(settings) + str(settings.model_dump())
