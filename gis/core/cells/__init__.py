"""The index behind the locator: a raster of cells over both layers, decided in integers.

`shape` says what the parts are, `drawing` fills them, `finding` reads them, for very many points
in the order of `sorting`; `patching` adds a few changed tiles to them on `shelves`, and `storage`
keeps them in a file. Source: ADR 0013, ADR 0017.
"""
