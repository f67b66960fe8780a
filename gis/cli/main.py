"""The ``gridmap`` command: one group, one file per subject."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click
from pydantic import ValidationError

from gis.cli.lazy import LazyGroup
from gis.cli.plain import plain
from gis.core.errors import GridmapError, Invalid
from gis.settings import Settings

#: Command → where it is. Loaded when called: ``gridmap demo`` need not import GeoPandas.
COMMANDS = {
    "audit": "gis.cli.audit:audit",
    "backup": "gis.cli.backup:backup",
    "changeset": "gis.cli.changeset:changeset",
    "check": "gis.cli.check:check",
    "demo": "gis.cli.demo:demo",
    "export": "gis.cli.exporting:export",
    "import-boundaries": "gis.cli.importing:import_boundaries",
    "import-divisions": "gis.cli.importing:import_divisions",
    "import-events": "gis.cli.importing:import_events",
    "import-households": "gis.cli.importing:import_households",
    "key": "gis.cli.access:key",
    "kiosk": "gis.cli.access:kiosk",
    "locate": "gis.cli.locate:locate",
    "migrate": "gis.cli.operating:migrate",
    "person": "gis.cli.person:person",
    "refresh-deadlines": "gis.cli.deadlines:deadlines",
    "restore": "gis.cli.backup:restore",
    "serve": "gis.cli.operating:serve",
    "user": "gis.cli.access:user",
}


@click.group(
    cls=LazyGroup, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
def cli() -> None:
    """网格地图服务 · The map service of the governance grids."""


def _bad_setting(error: ValidationError) -> Invalid:
    """Name the environment variables that `gis.settings` refuses; pydantic reads nothing else."""
    said = "; ".join(
        f"{Settings.variable(str(found['loc'][0]))}: {found['msg']}" for found in error.errors()
    )
    return Invalid(f"a setting is wrong: {said}", zh=f"设置有误：{said}")


def _fail(error: GridmapError) -> NoReturn:
    click.echo(f"错误:{plain(error.detail_zh)}", err=True)
    click.echo(f"error: {plain(error.detail)}", err=True)
    sys.exit(1)


def main() -> None:
    """Run the command line; an error that a user can act on is told without a traceback."""
    try:
        cli(prog_name="gridmap")
    except GridmapError as error:
        _fail(error)
    except ValidationError as error:
        _fail(_bad_setting(error))
    except BrokenPipeError:
        # `gridmap … | head` is no error; Python must not complain at its own exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
