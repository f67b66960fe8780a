"""Events: what happened, where, and how far it is handled."""

from gis.events.load import load_events
from gis.events.model import Event, EventFilter, EventKey, EventStep, NewEvent, Reported
from gis.events.queries import get_event, list_events, list_steps
from gis.events.service import report_event

__all__ = [
    "Event",
    "EventFilter",
    "EventKey",
    "EventStep",
    "NewEvent",
    "Reported",
    "get_event",
    "list_events",
    "list_steps",
    "load_events",
    "report_event",
]
