"""The index behind the locator: a raster of cells over both layers, decided in integers.

`shape` says what the parts are, `drawing` fills them, `finding` reads them, `patching` changes
a few tiles of them, and `storage` keeps them in a file. Source: ADR 0013.
"""
