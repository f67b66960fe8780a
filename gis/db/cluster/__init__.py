"""The private PostgreSQL cluster with PostGIS that the demo and the tests run on."""

from gis.db.cluster.cluster import Cluster

__all__ = ["Cluster"]
