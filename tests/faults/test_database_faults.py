"""Databases and settings that cannot be used: told in two languages, never by a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from gis.db.cluster import Cluster
from tests.imports import ROOT


def gridmap(
    *arguments: str, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gis.cli", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def assert_told(ran: subprocess.CompletedProcess[str], words: str) -> None:
    assert ran.returncode == 1, ran.stderr
    assert "错误" in ran.stderr
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "secret" not in ran.stderr


COMMANDS = (("migrate",), ("serve", "--port", "9199"), ("check",), ("demo", "--port", "9199"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://postgres:secret@127.0.0.1:1/none", "Connection refused"),
        ("mysql://somebody:secret@127.0.0.1/none", "no PostgreSQL database"),
        ("secret", "no PostgreSQL database"),
    ],
)
def test_no_such_server(command: tuple[str, ...], url: str, words: str) -> None:
    assert_told(gridmap(*command, DATABASE_URL=url), words)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_wrong_password(cluster: Cluster, command: tuple[str, ...]) -> None:
    url = cluster.tcp_url("postgres")
    password = url.split("@")[0].rsplit(":", 1)[1]
    wrong = url.replace(password, "secret")
    assert_told(gridmap(*command, DATABASE_URL=wrong), "password authentication failed")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_schema_of_another_version(cluster: Cluster, clone, migrated, command) -> None:
    url = clone(migrated)
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    connection.close()
    assert_told(gridmap(*command, DATABASE_URL=url), "another version of gridmap")


def test_a_checkout_with_an_awkward_name(cluster: Cluster, tmp_path: Path) -> None:
    checkout = tmp_path / "my maps%20 网格;'\""
    for part in ("gis", "migrations"):
        shutil.copytree(ROOT / part, checkout / part)
    cluster.create_database("gridmap_test_awkward")
    url = cluster.url("gridmap_test_awkward")
    ran = gridmap("migrate", DATABASE_URL=url, PYTHONPATH=str(checkout), cwd=checkout)
    cluster.drop_database("gridmap_test_awkward")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("variable", "value"), [("PORT", "many"), ("POOL_SIZE", "0")])
def test_a_setting_that_is_none(variable: str, value: str) -> None:
    ran = gridmap("migrate", **{f"GRIDMAP_{variable}": value})
    assert_told(ran, f"GRIDMAP_{variable}")
