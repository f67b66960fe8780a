"""The ``gridmap`` command: one group, one file per subject."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from gis.core.errors import GridmapError

#: Command → where it is. Loaded when called: ``gridmap demo`` need not import GeoPandas.
COMMANDS = {
    "check": "gis.cli.check:check",
    "demo": "gis.cli.demo:demo",
    "import-boundaries": "gis.cli.importing:import_boundaries",
    "import-divisions": "gis.cli.importing:import_divisions",
    "import-events": "gis.cli.importing:import_events",
    "import-households": "gis.cli.importing:import_households",
    "migrate": "gis.cli.operating:migrate",
    "serve": "gis.cli.operating:serve",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """网格地图服务 · The map service of the governance grids."""


def main() -> None:
    """Run the command line; an error that a user can act on is told without a traceback."""
    try:
        cli()
    except GridmapError as error:
        click.echo(f"错误:{error.detail_zh}", err=True)
        click.echo(f"error: {error.detail}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # `gridmap … | head` is no error; Python must not complain at its own exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
