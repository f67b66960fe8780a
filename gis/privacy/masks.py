"""What is shown of a person's data to those who need not know more."""

from __future__ import annotations

import re

STARS = "****"
#: A building and what it is called by: 3号楼, 12栋, A座, 二幢.
_BUILDING = re.compile(r"^.*?(?:[0-9]+|[A-Za-z]|[一二三四五六七八九十]+)(?:号楼|栋|幢|座)")


def mask_name(name: str) -> str:
    """Return a name's first character, and nothing of how long it is.

    Parameters
    ----------
    name
        Not empty.

    Examples
    --------
    >>> mask_name("张三"), mask_name("欧阳娜娜")
    ('张**', '欧**')
    """
    return f"{name[:1]}**"


def mask_phone(phone: str) -> str:
    """Return a mobile number without its middle, of any other number only its last digits.

    Parameters
    ----------
    phone
        In its normal spelling.

    Examples
    --------
    >>> mask_phone("13800001234"), mask_phone("03708521234"), mask_phone("12345")
    ('138****1234', '****1234', '****')
    """
    if re.fullmatch(r"1[3-9][0-9]{9}", phone):
        return f"{phone[:3]}{STARS}{phone[-4:]}"
    return f"{STARS}{phone[-4:]}" if len(phone) >= 10 else STARS


def mask_id_no(id_no: str) -> str:
    """Return a citizen's number without the date of birth.

    Parameters
    ----------
    id_no
        18 characters.

    Examples
    --------
    >>> mask_id_no("411421199001011234")
    '411421********1234'
    """
    return f"{id_no[:6]}{STARS}{STARS}{id_no[-4:]}"


def mask_address(address: str) -> str:
    """Return an address down to the building; where none is named, nothing of it.

    Parameters
    ----------
    address
        As written.

    Examples
    --------
    >>> mask_address("民权县幸福小区3号楼2单元501室"), mask_address("王家庄村东头第三家")
    ('民权县幸福小区3号楼****', '****')
    """
    found = _BUILDING.match(address)
    return f"{found[0]}{STARS}" if found else STARS


MASKS = {"name": mask_name, "phone": mask_phone, "id_no": mask_id_no, "address": mask_address}


def masked(fields: dict[str, str]) -> dict[str, str]:
    """Return a person's fields, each behind its mask.

    Parameters
    ----------
    fields
        Name → value.
    """
    return {name: MASKS[name](value) for name, value in fields.items()}
