"""The invented land: an outline, divisions and grids that tile it exactly, plots laid over."""
