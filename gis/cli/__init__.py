"""The command line: ``./run gridmap …``; ``gis.cli.main`` is its door."""
