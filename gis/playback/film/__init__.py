"""A playback as moving pictures, drawn on the server."""

from gis.playback.film.model import MOST_PICTURES, SIZES, Film, Ground
from gis.playback.film.reading import read_film

__all__ = ["MOST_PICTURES", "SIZES", "Film", "Ground", "read_film"]
