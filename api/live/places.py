"""Places in the outbox that clients come back with, as text that tells them nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gis.feeds import Horizon

#: Sealed places are of a length that is a multiple of this, so that it says nothing either.
_BLOCK = 96


class Place(NamedTuple):
    """How far somebody has heard.

    Attributes
    ----------
    system
        The database.
    seen
        Everything that this horizon sees was heard.
    reading
        The horizon that is being heard now, and of which only the messages up to the number
        `last` were; None between two.
    at
        When that was, in seconds since 1970 by the database's clock.
    """

    system: str
    seen: Horizon
    reading: Horizon | None
    last: int
    at: int


class Seal:
    """Makes a place in the outbox a text that tells nobody how much happens elsewhere."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"gridmap.live:" + secret).digest())

    def write(self, place: Place) -> str:
        """Return a place as text."""
        reading = None if place.reading is None else str(place.reading)
        plain = orjson.dumps([place.system, str(place.seen), reading, place.last, place.at])
        padded = plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK)
        nonce = secrets.token_bytes(12)
        sealed = nonce + self._cipher.encrypt(nonce, padded, None)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, cursor: str) -> Place | None:
        """Return the place that a text names; None where it is not one of ours."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            plain = self._cipher.decrypt(sealed[:12], sealed[12:], None)
        except (InvalidTag, ValueError, binascii.Error):
            return None
        system, seen, reading, last, at = orjson.loads(plain)
        horizon = None if reading is None else Horizon.parse(reading)
        return Place(system, Horizon.parse(seen), horizon, last, at)
