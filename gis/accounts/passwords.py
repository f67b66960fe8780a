"""Passwords: hashed with argon2id, of some length, and none of the silly ones."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from gis.core.errors import Invalid, Unavailable

SHORTEST, LONGEST = 12, 256

#: Long enough, and yet the first that anybody tries.
SILLY = frozenset(
    {
        "123456789012", "1234567890123", "12345678901234", "1234567890123456", "123456123456",
        "0123456789ab", "123123123123", "112233445566", "1qaz2wsx3edc", "qwertyuiop12",
        "qwertyuiop123", "qwerty123456", "qwer1234asdf", "asdfghjkl123", "abcdefghijkl",
        "abcd12345678", "abc123456789", "aa1234567890", "a12345678901", "passwordpassword",
        "password1234", "password12345", "password123456", "p@ssw0rd1234", "p@ssword1234",
        "administrator", "administrator1", "admin12345678", "admin123456789", "admin@123456",
        "adminadminadmin", "rootrootroot", "letmeinletmein", "welcome12345", "changeme1234",
        "woaini1314520", "woaini521314", "5201314520131", "iloveyou1234", "gridmapgridmap",
        "gridmap12345", "gridmap123456", "wangge123456", "zhongzhi123456",
    }
)  # fmt: skip

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

#: A hash takes 64 MiB and all that a core gives: two at a time, a few waiting, and no more, so
#: that a flood of guesses costs others neither the memory nor the database's connections.
_AT_ONCE, _WAITING, _LONGEST_WAIT_S = 2, 8, 10.0
_places = threading.BoundedSemaphore(_AT_ONCE)
_queue = threading.BoundedSemaphore(_AT_ONCE + _WAITING)


@contextmanager
def room_to_hash() -> Iterator[None]:
    """Wait for one's turn to hash; entered before a connection is taken.

    Raises
    ------
    Unavailable
        Too many are waiting already.
    """
    if not _queue.acquire(blocking=False):
        raise _crowded()
    try:
        if not _places.acquire(timeout=_LONGEST_WAIT_S):
            raise _crowded()
        try:
            _nobodys_hash()  # not only when the first unknown login comes, which would show
            yield
        finally:
            _places.release()
    finally:
        _queue.release()


def hash_password(password: str) -> str:
    """Return what is stored of a password: argon2id with RFC 9106's second profile (64 MiB)."""
    return _hasher.hash(_normal(password))


def is_right(password: str, stored: str | None) -> bool:
    """Tell whether a password is the stored one; as slow where nothing is stored.

    Parameters
    ----------
    password
        As it was typed.
    stored
        From `hash_password`; None for an account that is unknown or has none.
    """
    if len(password) > LONGEST:
        password, stored = "", None
    try:
        right = _hasher.verify(stored or _nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def make_password() -> str:
    """Return a random password of 120 bits, in groups that can be read out."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"  # without l, o, 0 and 1
    groups = ["".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(6)]
    return "-".join(groups)


def check_password(password: str, login: str) -> None:
    """Refuse a password that is too short, too long, the login, or one that everybody tries.

    Parameters
    ----------
    password
        As it was typed.
    login
        Whose it will be.

    Raises
    ------
    Invalid
        Says what is wrong, not what the password is.
    """
    if not SHORTEST <= len(_normal(password)) <= LONGEST:
        raise Invalid(
            f"A password has {SHORTEST} to {LONGEST} characters; a sentence is a good one.",
            zh=f"密码长度须为 {SHORTEST} 至 {LONGEST} 个字符；可以用一句话。",
        )
    plain = _normal(password).casefold()
    if plain in SILLY or plain.strip("0123456789!@#. ") == login or len(set(plain)) < 3:
        raise Invalid(
            "That password is one of the first that anybody would try; choose another.",
            zh="该密码过于常见，请换一个。",
        )


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    """Return the same for the same password typed on another keyboard (RFC 8265: NFC)."""
    return unicodedata.normalize("NFC", password)


def _crowded() -> Unavailable:
    return Unavailable(
        "Too many people are logging in at this moment; try again in a few seconds.",
        zh="当前登录人数过多，请稍后再试。",
    )
