"""Schematic deployments: invented land and people, real totals."""
