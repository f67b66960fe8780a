"""Playlists: where the tours of wall screens stop, and what they show there."""

from gis.playlists.changing import put_playlist, remove_playlist
from gis.playlists.model import (
    DEFAULT_NAME,
    LONGEST_S,
    MOST_STOPS,
    NAME_PATTERN,
    SHORTEST_S,
    Mode,
    Playlist,
    Stop,
)
from gis.playlists.queries import list_playlists

__all__ = [
    "DEFAULT_NAME",
    "LONGEST_S",
    "MOST_STOPS",
    "NAME_PATTERN",
    "SHORTEST_S",
    "Mode",
    "Playlist",
    "Stop",
    "list_playlists",
    "put_playlist",
    "remove_playlist",
]
