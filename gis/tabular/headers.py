"""From the headers that people write, in Chinese or English, to our columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis.core.errors import Invalid

_UNIT = re.compile(r"[(\[【〔].*?[)\]】〕]")
ROW_SHOWN = 300
"""Characters of a row in a message."""
_NOISE = re.compile(r"[\s_\-:.*/·、]+")


@dataclass(frozen=True, slots=True)
class Field:
    """A column that an import takes.

    Attributes
    ----------
    name
        Our name of it, also accepted as a header.
    headers
        Further headers that mean it; case, blanks, ``_`` and units in brackets do not matter.
    required
        Whether the file must have it.
    """

    name: str
    headers: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Which column of a file is which field.

    Attributes
    ----------
    columns
        Name of the field → position of the column, from 0.
    headers
        Name of the field → header as it stands in the file.
    ignored
        Headers that mean nothing to us.
    """

    columns: dict[str, int]
    headers: dict[str, str]
    ignored: tuple[str, ...]


def plain(header: str) -> str:
    """Return a header without what people vary: width, case, blanks, units in brackets.

    Examples
    --------
    >>> plain(" 户籍人口（人） "), plain("Household_No")
    ('户籍人口', 'householdno')
    """
    text = unicodedata.normalize("NFKC", header).strip().casefold()
    # A header that is all brackets, such as "(x)", keeps what is inside.
    return _NOISE.sub("", _UNIT.sub("", text)) or _NOISE.sub("", text)


def parse_mapping(pairs: Sequence[str], fields: Sequence[Field]) -> dict[str, str]:
    """Read ``field=HEADER`` pairs, as given with ``--map``.

    Parameters
    ----------
    pairs
        What the user typed.
    fields
        Fields that may be mapped.

    Returns
    -------
    dict
        Name of the field → header.

    Raises
    ------
    Invalid
        A pair has no ``=``, or names a field that does not exist.
    """
    known = [field.name for field in fields]
    mapping = {}
    for pair in pairs:
        name, equals, header = pair.partition("=")
        if not equals or name.strip() not in known:
            raise Invalid(
                f"--map {pair}: write field=HEADER with one of the fields {', '.join(known)}",
                zh=f"--map {pair}：请写成 字段=表头，字段为 {'、'.join(known)} 之一",
            )
        mapping[name.strip()] = header.strip()
    return mapping


def recognised(headers: Sequence[str], fields: Sequence[Field], mapping: Mapping[str, str]) -> int:
    """Count the fields of which a header is known: how much a row looks like a header row."""
    names = {plain(header) for header in headers}
    return sum(bool(names & _spellings(field, mapping)) for field in fields)


def map_headers(
    headers: Sequence[str], fields: Sequence[Field], mapping: Mapping[str, str]
) -> HeaderMap:
    """Find the column of every field.

    Parameters
    ----------
    headers
        As they stand in the file, shape (columns,).
    fields
        What the import takes.
    mapping
        Name of the field → header, where the user has said so; goes before our own spellings.

    Returns
    -------
    HeaderMap

    Raises
    ------
    Invalid
        A required field has no column, two columns mean the same field, or a header named in
        ``mapping`` is not there. The message lists what there is.
    """
    plains = [plain(header) for header in headers]
    columns: dict[str, int] = {}
    for field in fields:
        spellings = _spellings(field, mapping)
        taken_by_others = {plain(header) for name, header in mapping.items() if name != field.name}
        found = [
            index
            for index, name in enumerate(plains)
            if name in spellings and (field.name in mapping or name not in taken_by_others)
        ]
        if len(found) > 1:
            raise _ambiguous(field, [headers[index] for index in found])
        if found:
            columns[field.name] = found[0]
        elif field.name in mapping:
            raise _no_header(mapping[field.name], headers)
    missing = [field for field in fields if field.required and field.name not in columns]
    if missing:
        raise _missing(missing, headers)
    used = set(columns.values())
    return HeaderMap(
        columns=columns,
        headers={name: headers[index] for name, index in columns.items()},
        ignored=tuple(h for index, h in enumerate(headers) if index not in used and h.strip()),
    )


def shown_row(cells: Sequence[str]) -> str:
    """Return the filled cells of a row as a message shows them: not all of a long line.

    Examples
    --------
    >>> shown_row(["户号", "", "经度"])
    '户号, 经度'
    """
    shown = ", ".join(cell for cell in cells if cell.strip()) or "-"
    return shown if len(shown) <= ROW_SHOWN else f"{shown[:ROW_SHOWN]}…"


def _spellings(field: Field, mapping: Mapping[str, str]) -> set[str]:
    if field.name in mapping:
        return {plain(mapping[field.name])}
    return {plain(header) for header in (field.name, *field.headers)}


def _ambiguous(field: Field, found: Sequence[str]) -> Invalid:
    shown = ", ".join(found)
    return Invalid(
        f"the columns {shown} all mean {field.name}; say which with --map {field.name}=HEADER",
        zh=f"列 {shown} 都对应 {field.name}；请用 --map {field.name}=表头 指定其一",
    )


def _no_header(header: str, headers: Sequence[str]) -> Invalid:
    shown = shown_row(headers)
    return Invalid(
        f"there is no column {header!r}; the file has: {shown}",
        zh=f"没有名为“{header}”的列；文件中的列为：{shown}",
    )


def _missing(missing: Sequence[Field], headers: Sequence[str]) -> Invalid:
    wanted = "; ".join(f"{field.name} ({'/'.join(field.headers)})" for field in missing)
    shown = shown_row(headers)
    hint = f"--map {missing[0].name}="
    return Invalid(
        f"columns are missing: {wanted}. The file has: {shown}. "
        f"If one of them is meant under another header, add {hint}HEADER",
        zh=f"缺少列：{wanted}。文件中的列为：{shown}。如表头写法不同，请加 {hint}表头",
        missing=[field.name for field in missing],
    )
