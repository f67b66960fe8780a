"""``gridmap export``: what is taken away as a file (导出)."""

from __future__ import annotations

from importlib import import_module

import click

#: Kind → where its command is. Maps are composed above `gis`, so they are named, not imported.
KINDS = {
    "map": "web.exporting:export_map",
    "playback": "gis.cli.playback:playback",
}


class _Kinds(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all kinds."""
        return sorted(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in KINDS:
            return None
        module, _, attribute = KINDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=_Kinds)
def export() -> None:
    """导出 Take something away as a file."""
