"""Which data of a person are stored, and how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from gis.core.errors import Invalid
from gis.privacy.keyring import Keyring
from gis.privacy.phones import normal_phone

#: What is stored of a person, in the order of being shown.
FIELDS = ("name", "phone", "address", "id_no")
LIMITS = {"name": 64, "phone": 40, "address": 200, "id_no": 18}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: A mobile number or a citizen's number in a text without its `_FILLING`.
_PERSONAL = re.compile(
    r"(?<![0-9])(?:(?:\+|00)?86)?1[3-9][0-9]{9}(?![0-9])|(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])"
)
#: What people put between the digits of such a number.
_FILLING = re.compile(r"(?<=[0-9])[\s().·\-‐-―]+(?=[0-9Xx])")


def person_fields(given: Mapping[str, str | None], keyring: Keyring) -> dict[str, str]:
    """Return what will be stored of a person: checked, in one spelling, empty fields left out.

    Parameters
    ----------
    given
        Name → value.
    keyring
        Says whether citizens' numbers may be stored.

    Returns
    -------
    dict

    Raises
    ------
    Invalid
        A field is not stored, or cannot be what it is called; nothing is left. The value is
        never repeated.
    """
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        listed = ", ".join(FIELDS)
        raise _refused(unknown[0][:40], f"is not stored; there are: {listed}", "不在可存储的字段内")
    fields = {name: (given.get(name) or "").strip() for name in FIELDS}
    fields = {name: value for name, value in fields.items() if value}
    if not fields:
        raise Invalid("No data of a person are given.", zh="没有提供任何个人信息。")
    for name, value in fields.items():
        if len(value) > LIMITS[name]:
            raise _refused(name, f"is longer than {LIMITS[name]} characters", "过长")
    if "phone" in fields:
        fields["phone"] = normal_phone(fields["phone"])
    if "id_no" in fields:
        fields["id_no"] = _id_no(fields["id_no"], keyring)
    return fields


def require_reason(reason: str) -> str:
    """Return why somebody wants to see people's data, fit for the audit.

    Parameters
    ----------
    reason
        In their own words.

    Raises
    ------
    Invalid
        It is too short to say anything, too long, or names a number that is somebody's: the
        audit holds no people's data.
    """
    said = reason.strip()
    if len(said) > 200 or sum(map(str.isalnum, said)) < 4:
        raise _refused(
            "reason",
            "must have 4 letters or digits, and at most 200 characters",
            "应至少有 4 个字，最多 200 个字符",
        )
    # Full-width digits, invisible characters and blanks hide no number.
    plain = "".join(
        c for c in unicodedata.normalize("NFKC", said) if unicodedata.category(c) != "Cf"
    )
    if _PERSONAL.search(plain) or _PERSONAL.search(_FILLING.sub("", plain)):
        raise _refused(
            "reason",
            "must not contain a phone or citizen's number: it is kept for good; name the event",
            "不得包含手机号或身份证号（审计记录长期保存），请写事件编号",
        )
    return said


def is_id_no(id_no: str) -> bool:
    """Tell whether a citizen's number (公民身份号码) checks.

    Parameters
    ----------
    id_no
        18 characters.

    Notes
    -----
    Source: GB 11643-1999, after ISO 7064 MOD 11-2.
    """
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", id_no):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(id_no, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == id_no[-1]


def _id_no(given: str, keyring: Keyring) -> str:
    if not keyring.with_id_no:
        raise _refused(
            "id_no",
            "citizens' numbers are not stored here (gridmap person keys init --with-id-no)",
            "本部署不存储身份证号（如确需，见 gridmap person keys init --with-id-no）",
        )
    if not is_id_no(given.upper()):
        raise _refused("id_no", "is not a valid citizen's number", "身份证号校验不通过")
    return given.upper()


def _refused(name: str, reason: str, zh: str) -> Invalid:
    return Invalid(f"{name}: {reason}.", zh=f"{name}：{zh}。", field=name)
