"""Whole files of positions, each row with its grids: bounded in memory, and never half done."""

from gis.batch.files import LocateFile, locate_file
from gis.batch.kit import Kit, load_kit
from gis.batch.tally import Tally

__all__ = ["Kit", "LocateFile", "Tally", "load_kit", "locate_file"]
