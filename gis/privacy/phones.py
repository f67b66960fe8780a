"""Phone numbers: one spelling each, and a blind index to look them up by."""

from __future__ import annotations

import hmac
import re
import unicodedata

from gis.core.errors import Invalid
from gis.privacy.keyring import Key

_DIGEST = {"hmac-sm3": "sm3", "hmac-sha256": "sha256"}


def normal_phone(given: str) -> str:
    """Return a phone number in the one spelling that is stored and looked up.

    Parameters
    ----------
    given
        As somebody wrote it: full-width digits, blanks, hyphens, brackets, ``+86``.

    Returns
    -------
    str
        5 to 20 digits, after ``+`` for other countries.

    Raises
    ------
    Invalid
        It is no phone number. It is not repeated: it may be somebody's.

    Examples
    --------
    >>> normal_phone("+86 138-0000-1234"), normal_phone("（0370）852 1234")
    ('13800001234', '03708521234')
    """
    text = unicodedata.normalize("NFKC", given)
    text = re.sub(r"[\s().\-‐-―]", "", text)
    text = re.sub(r"^(?:\+|00)86(?=[0-9])", "", text)
    text = re.sub(r"^00(?=[1-9])", "+", text)
    if not re.fullmatch(r"\+?[0-9]{5,20}", text):
        raise Invalid(
            "phone: must be a phone number of 5 to 20 digits.",
            zh="电话号码应为 5 至 20 位数字。",
            field="phone",
        )
    return text


def phone_index(key: Key, phone: str) -> bytes:
    """Return what a phone number is looked up by: equal numbers give equal bytes.

    Parameters
    ----------
    key
        Of the index. Whoever has it can try all numbers, so it is as secret as the others.
    phone
        As `normal_phone` returns it.

    Returns
    -------
    bytes
        32.

    Notes
    -----
    Source: HMAC (RFC 2104) over SM3 (GB/T 32905-2016) or SHA-256.
    """
    return hmac.digest(key.secret, b"gridmap.phone.v1|" + phone.encode(), _DIGEST[key.algorithm])
