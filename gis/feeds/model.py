"""What is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gis.feeds.horizon import Horizon


class Kind(StrEnum):
    """What a message is about."""

    GENERATION_PUBLISHED = "generation.published"
    EVENT_REPORTED = "event.reported"
    EVENT_CHANGED = "event.changed"
    EVENTS_IMPORTED = "events.imported"
    CHANGESET_CHANGED = "changeset.changed"
    PLAYLIST_CHANGED = "playlist.changed"


@dataclass(frozen=True, slots=True)
class Told:
    """One message as it rests in the outbox.

    Attributes
    ----------
    delivery_id
        Its number.
    kind
        See `Kind`; other versions of the server may write others.
    payload
        All that is known; `gis.feeds.heard` cuts it to what somebody may hear.
    divisions
        Code of each division concerned → its path from the root, both included.
    """

    delivery_id: int
    kind: str
    payload: Mapping[str, Any]
    divisions: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class News:
    """Where a reader of the outbox stands.

    Attributes
    ----------
    system
        Names the database: what was read elsewhere means nothing here.
    horizon
        The transactions whose messages can be seen now.
    now
        The database's clock.
    generation
        The newest one; None before the first.
    """

    system: str
    horizon: Horizon
    now: dt.datetime
    generation: int | None

    def follows(self, before: News) -> bool:
        """Tell whether what happened between can be told: the same database, and not set back."""
        return self.system == before.system and self.horizon.covers(before.horizon)
