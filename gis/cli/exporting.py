"""``gridmap export``: what is taken away as a file (导出)."""

from __future__ import annotations

import click

from gis.cli.lazy import LazyGroup

#: Kind → where its command is. Maps are composed above `gis`, so they are named, not imported.
KINDS = {
    "map": "web.exporting:export_map",
    "playback": "gis.cli.playback:playback",
}


@click.group(cls=LazyGroup, places=KINDS)
def export() -> None:
    """导出 Take something away as a file."""
