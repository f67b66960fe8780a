"""The outbox: what happened, told to screens and other systems in the transaction that did it."""

from gis.feeds.hearing import Ear, heard
from gis.feeds.horizon import Horizon
from gis.feeds.model import Kind, News, Told
from gis.feeds.outbox import CHANNEL, RETENTION, purge, read_between, read_secret, stand, tell

__all__ = [
    "CHANNEL",
    "RETENTION",
    "Ear",
    "Horizon",
    "Kind",
    "News",
    "Told",
    "heard",
    "purge",
    "read_between",
    "read_secret",
    "stand",
    "tell",
]
