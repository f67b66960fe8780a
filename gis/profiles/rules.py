"""What all parts of a profile share: strict frozen records and keyed refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Record(BaseModel):
    """A part of a profile: frozen, exact about types, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def broken(key: str, reason: str) -> PydanticCustomError:
    """Make the error of a rule that joins several keys.

    Pydantic names the table in which a rule was broken; `key` says which key of that table.

    Parameters
    ----------
    key
        Dotted path of the key, relative to the table; empty for the table itself.
    reason
        What is wrong, in English.

    Returns
    -------
    PydanticCustomError
        To be raised inside a validator.
    """
    return PydanticCustomError("profile_rule", "{reason}", {"key": key, "reason": reason})


def refuse_duplicates(key: str, values: Sequence[str]) -> None:
    """Refuse a list in which a value stands twice.

    Parameters
    ----------
    key
        Dotted path of the list.
    values
        The values that must differ.

    Raises
    ------
    PydanticCustomError
        Naming the index and the value that was there before.
    """
    seen: dict[str, int] = {}
    for n, value in enumerate(values):
        if value in seen:
            raise broken(f"{key}[{n}]", f"duplicate {value!r}, already used in [{seen[value]}]")
        seen[value] = n
