"""Who hears what of a message (promise 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gis.core.access import Actor, Power, Scope
from gis.feeds.model import Kind, Told

#: What whoever sees statistics alone hears of an event.
COUNTED = ("category_code", "level", "reported_at", "division")


@dataclass(frozen=True, slots=True)
class Ear:
    """What somebody may hear: those who see the same areas hear the same.

    Attributes
    ----------
    counting
        Where statistics are seen.
    reading
        Where single events and drafts are.
    """

    counting: Scope
    reading: Scope

    @classmethod
    def of(cls, actor: Actor) -> Ear:
        """Return the ear of whoever asks."""
        return cls(actor.scope(Power.STATISTICS), actor.scope(Power.READ))


def heard(told: Told, ear: Ear) -> dict[str, Any] | None:
    """Return what somebody hears of a message; None where it is nothing to them.

    Parameters
    ----------
    told
        The message.
    ear
        Whose.

    Returns
    -------
    dict or None
        JSON.
    """
    if told.kind in (Kind.EVENT_REPORTED, Kind.EVENT_CHANGED):
        return _event(told, ear)
    if told.kind == Kind.GENERATION_PUBLISHED:
        return _generation(told, ear.counting)
    if told.kind == Kind.EVENTS_IMPORTED:
        return _import(told, ear.counting)
    if told.kind == Kind.CHANGESET_CHANGED:
        return dict(told.payload) if _any(told, told.divisions, ear.reading) else None
    if told.kind == Kind.PLAYLIST_CHANGED:
        return dict(told.payload) if _any(told, told.divisions, ear.counting) else None
    # Written by a newer server; of what we do not know we cannot tell whose it is.
    return None


def _sees(told: Told, code: str, scope: Scope) -> bool:
    return scope.is_whole or not set(scope.divisions).isdisjoint(told.divisions.get(code, ()))


def _any(told: Told, codes: Iterable[str], scope: Scope) -> bool:
    return scope.is_whole or any(_sees(told, code, scope) for code in codes)


def _event(told: Told, ear: Ear) -> dict[str, Any] | None:
    """Return an event, without the grid of it that lies elsewhere."""
    payload = dict(told.payload)
    over = payload.pop("exclusive_division", None)
    for scope, fields in ((ear.reading, None), (ear.counting, COUNTED)):
        if not _any(told, told.divisions, scope):
            continue
        if payload.get("division") is not None and not _sees(told, payload["division"], scope):
            payload |= dict.fromkeys({"division", "basic"} & payload.keys())
        if over is not None and not _sees(told, over, scope):
            payload["exclusive"] = None
        return {name: payload[name] for name in fields or payload if name in payload}
    return None


def _generation(told: Told, scope: Scope) -> dict[str, Any] | None:
    """Return a publication with those counties that one sees, be it in part."""
    counties = [
        county
        for county in told.payload["counties"]
        if _sees(told, f"{county}000000", scope)
        or any(code.startswith(county) for code in scope.divisions)
    ]
    return {**told.payload, "counties": counties} if counties else None


def _import(told: Told, scope: Scope) -> dict[str, Any] | None:
    """Return how many events came into what one sees."""
    numbers = told.payload["numbers"]
    if scope.is_whole:
        number = max(numbers.values(), default=0)
    else:
        # No division of a scope lies below another.
        number = sum(numbers.get(code, 0) for code in scope.divisions)
    return {"county": told.payload["county"], "number": number} if number else None
