"""Encrypt a person's data so that they open in their own row alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes

from gis.core.errors import Conflict
from gis.privacy.keyring import Key, Keyring

FORMAT = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
#: What is encrypted is filled up to a multiple of this: its length would tell short names.
BLOCK_BYTES = 64


@dataclass(frozen=True, slots=True)
class Context:
    """The row that data belong to; it is authenticated with them.

    Attributes
    ----------
    county_code
        Six digits.
    subject
        ``household``, ``event`` or ``staff``.
    subject_id
        Key of the household, event or member of staff.
    """

    county_code: str
    subject: str
    subject_id: int


def seal(keyring: Keyring, fields: Mapping[str, str], context: Context) -> tuple[str, bytes]:
    """Encrypt fields with the key that writes.

    Parameters
    ----------
    keyring
        The keys.
    fields
        Name → value.
    context
        Where they will be stored.

    Returns
    -------
    tuple
        Key id, and format (1 byte), nonce (12), ciphertext, tag (16).

    Notes
    -----
    Source: GB/T 32907-2016 (SM4) or FIPS 197 (AES), in GCM (NIST SP 800-38D) with random nonces;
    ADR 0020.
    """
    key = keyring.writing
    plain = orjson.dumps(dict(fields))
    plain += b" " * (-len(plain) % BLOCK_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    encryptor = Cipher(_algorithm(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(_bound_to(key, context))
    body = encryptor.update(plain) + encryptor.finalize()
    return key.key_id, FORMAT + nonce + body + encryptor.tag


def unseal(keyring: Keyring, key_id: str, sealed: bytes, context: Context) -> dict[str, str]:
    """Decrypt what `seal` has encrypted.

    Parameters
    ----------
    keyring
        The keys.
    key_id
        As stored.
    sealed
        As stored.
    context
        Where it is stored.

    Returns
    -------
    dict
        Name → value.

    Raises
    ------
    Conflict
        It was changed, or moved here from another row.
    Unavailable
        The key is not in the file.
    """
    key = keyring.cipher(key_id)
    start = len(FORMAT) + NONCE_BYTES
    if sealed[:1] != FORMAT or len(sealed) < start + TAG_BYTES:
        raise _broken(context)
    nonce, body, tag = sealed[1:start], sealed[start:-TAG_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(_algorithm(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(_bound_to(key, context))
    try:
        plain = decryptor.update(body) + decryptor.finalize()
    except InvalidTag as error:
        raise _broken(context) from error
    fields: dict[str, str] = orjson.loads(plain)
    return fields


def _algorithm(key: Key) -> CipherAlgorithm:
    if key.algorithm == "sm4-gcm":
        return algorithms.SM4(key.secret)
    return algorithms.AES(key.secret)


def _bound_to(key: Key, context: Context) -> bytes:
    parts = (key.key_id, context.county_code, context.subject, str(context.subject_id))
    return "|".join(("gridmap.person.v1", *parts)).encode()


def _broken(context: Context) -> Conflict:
    return Conflict(
        f"The stored data of this {context.subject} do not open: they were changed outside"
        " gridmap, or the key file is that of another database.",
        zh="已存的个人信息无法解密：数据被外部改动，或密钥文件属于另一个数据库。",
    )
