"""Events: what happened, where, and how far it is handled."""

from gis.events.load import load_events

__all__ = ["load_events"]
