"""``python -m gis.cli`` is the same as ``gridmap``."""

from gis.cli.main import main

main()
