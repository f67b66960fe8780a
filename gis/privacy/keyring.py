"""The file of keys that encrypt people's data: read, written, never shown."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import os
import re
import secrets
import stat
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from gis.core import clock
from gis.core.errors import Conflict, Invalid, Unavailable

Cipher = Literal["sm4-gcm", "aes-256-gcm"]
Index = Literal["hmac-sm3", "hmac-sha256"]
SECRET_BYTES: dict[str, int] = {
    "sm4-gcm": 16,
    "aes-256-gcm": 32,
    "hmac-sm3": 32,
    "hmac-sha256": 32,
}
#: The index that goes with a cipher: both of the Chinese standards, or both of the others.
INDEX_OF: dict[Cipher, Index] = {"sm4-gcm": "hmac-sm3", "aes-256-gcm": "hmac-sha256"}


@dataclass(frozen=True, slots=True)
class Key:
    """One key; its secret never appears where it is printed.

    Attributes
    ----------
    key_id
        What is stored beside what it has encrypted.
    algorithm
        A cipher, or the algorithm of a blind index.
    made_on
        The day on which it was made.
    secret
        16 bytes for SM4, else 32.
    """

    key_id: str
    algorithm: str
    made_on: dt.date
    secret: bytes

    def __repr__(self) -> str:
        """Return the key without its secret: tracebacks and logs print this."""
        return f"Key({self.key_id!r}, {self.algorithm!r})"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a deployment; the last of each kind is the one that writes.

    Attributes
    ----------
    ciphers
        Keys that encrypt, at least one.
    indexes
        Keys of the blind index, at least one; apart from the others, so that whoever may look
        up a phone number cannot read what is stored.
    with_id_no
        Whether citizens' numbers may be stored; by default they are refused (DOMAIN §2.6).
    """

    ciphers: tuple[Key, ...]
    indexes: tuple[Key, ...]
    with_id_no: bool = False

    @property
    def writing(self) -> Key:
        """Return the key that encrypts from now on."""
        return self.ciphers[-1]

    @property
    def indexing(self) -> Key:
        """Return the key of the index that is written from now on."""
        return self.indexes[-1]

    def cipher(self, key_id: str) -> Key:
        """Return the key that something was encrypted with.

        Parameters
        ----------
        key_id
            As stored.

        Returns
        -------
        Key

        Raises
        ------
        Unavailable
            It is not in the file.
        """
        for key in self.ciphers:
            if key.key_id == key_id:
                return key
        raise Unavailable(
            f"Key {key_id} of people's data is not in the key file (GRIDMAP_PERSON_KEYS).",
            zh=f"个人信息密钥文件（GRIDMAP_PERSON_KEYS）中没有密钥 {key_id}。",
        )


def new_keyring(algorithm: Cipher = "sm4-gcm", *, with_id_no: bool = False) -> Keyring:
    """Make a keyring of fresh random keys.

    Parameters
    ----------
    algorithm
        Of the cipher; the index follows it.
    with_id_no
        Whether citizens' numbers may be stored.

    Returns
    -------
    Keyring
    """
    return Keyring((_make(algorithm),), (_make(INDEX_OF[algorithm]),), with_id_no)


def add_keys(keyring: Keyring, algorithm: Cipher) -> Keyring:
    """Add a fresh key and a fresh index key, which write from now on; the old ones still read.

    Parameters
    ----------
    keyring
        As it is.
    algorithm
        Of the new key.

    Returns
    -------
    Keyring
    """
    return replace(
        keyring,
        ciphers=(*keyring.ciphers, _make(algorithm)),
        indexes=(*keyring.indexes, _make(INDEX_OF[algorithm])),
    )


def drop_old_keys(keyring: Keyring) -> Keyring:
    """Keep only the keys that write; what is encrypted with another can never be read again.

    Parameters
    ----------
    keyring
        As it is.

    Returns
    -------
    Keyring
    """
    return replace(keyring, ciphers=keyring.ciphers[-1:], indexes=keyring.indexes[-1:])


def _make(algorithm: str) -> Key:
    today = clock.today()
    key_id = f"{today:%Y%m%d}-{secrets.token_hex(4)}"
    return Key(key_id, algorithm, today, secrets.token_bytes(SECRET_BYTES[algorithm]))


def write_keyring(path: Path, keyring: Keyring, *, replacing: bool = False) -> None:
    """Write a key file that only its owner can read; a crash leaves the old one or the new one.

    Parameters
    ----------
    path
        Where.
    keyring
        What.
    replacing
        Whether a file may be there already.

    Raises
    ------
    Conflict
        It is there already: without its keys, what they have encrypted is lost.
    """
    document = {
        "version": 1,
        "with_id_no": keyring.with_id_no,
        "ciphers": [_document(key) for key in keyring.ciphers],
        "indexes": [_document(key) for key in keyring.indexes],
    }
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    door = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(door, "w", encoding="utf-8") as file:
            file.write(json.dumps(document, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if replacing:
            fresh.replace(path)
        else:
            _put_in_place(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _put_in_place(fresh: Path, path: Path) -> None:
    try:
        path.hardlink_to(fresh)
    except FileExistsError as error:
        raise Conflict(
            f"{path.name} is there already; `gridmap person keys add` adds a key to it.",
            zh=f"{path.name} 已存在；请用 gridmap person keys add 添加密钥。",
        ) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _document(key: Key) -> dict[str, str]:
    return {
        "id": key.key_id,
        "algorithm": key.algorithm,
        "made_on": key.made_on.isoformat(),
        "key": base64.b64encode(key.secret).decode(),
    }


def read_keyring(path: Path) -> Keyring:
    """Read a key file.

    Parameters
    ----------
    path
        Where.

    Returns
    -------
    Keyring

    Raises
    ------
    Unavailable
        It cannot be read, or others than its owner can read it.
    Invalid
        It is no key file. Nothing of what it holds is repeated.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode) or mode & 0o077:
                raise _open_to_others(path)
            content = file.read(1 << 20)
    except OSError as error:
        raise Unavailable(
            f"The keys of people's data cannot be read: {path.name}: {error.strerror}."
            " Make them with `gridmap person keys init`.",
            zh=f"无法读取个人信息密钥文件 {path.name}：{error.strerror}。"
            "可用 gridmap person keys init 生成。",
        ) from error
    try:
        return _keyring(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        # The cause would show parts of the file.
        raise Invalid(
            f"{path.name} is no key file of gridmap.", zh=f"{path.name} 不是有效的密钥文件。"
        ) from None


def _open_to_others(path: Path) -> Unavailable:
    return Unavailable(
        f"{path.name} can be read by others than its owner; type: chmod 600 {path.name}",
        zh=f"密钥文件 {path.name} 可被其他用户读取；请执行 chmod 600 {path.name}",
    )


def _keyring(document: Any) -> Keyring:
    if document["version"] != 1 or type(document["with_id_no"]) is not bool:
        raise ValueError("version")
    ciphers = tuple(_key(part, get_args(Cipher)) for part in document["ciphers"])
    indexes = tuple(_key(part, get_args(Index)) for part in document["indexes"])
    identities = [key.key_id for key in (*ciphers, *indexes)]
    if not ciphers or not indexes or len(set(identities)) < len(identities):
        raise ValueError("keys")
    return Keyring(ciphers, indexes, document["with_id_no"])


def _key(part: Any, algorithms: tuple[str, ...]) -> Key:
    secret = base64.b64decode(part["key"], validate=True)
    key = Key(part["id"], part["algorithm"], dt.date.fromisoformat(part["made_on"]), secret)
    if (
        key.algorithm not in algorithms
        or len(secret) != SECRET_BYTES[key.algorithm]
        or not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", key.key_id)
    ):
        raise ValueError("key")
    return key


class KeyFile:
    """A key file that is read again when it has changed: a rotation needs no restart."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, ...], Keyring] | None = None

    def current(self) -> Keyring:
        """Return the keys as they are in the file now.

        Returns
        -------
        Keyring

        Raises
        ------
        Conflict
            No file is configured: asking again will not help.
        Unavailable
            It cannot be read.
        Invalid
            It is no key file.
        """
        if self._path is None:
            raise Conflict(
                "This server keeps no people's data: no keys are configured (GRIDMAP_PERSON_KEYS).",
                zh="本服务未启用个人信息存储：没有配置密钥文件（GRIDMAP_PERSON_KEYS）。",
            )
        with self._lock:
            version = self._version(self._path)
            if self._known is None or self._known[0] != version:
                self._known = (version, read_keyring(self._path))
            return self._known[1]

    @staticmethod
    def _version(path: Path) -> tuple[int, ...]:
        try:
            found = path.stat()
        except OSError:
            return ()  # reading it tells why
        return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode
