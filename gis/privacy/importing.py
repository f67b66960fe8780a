"""Import people's data from a file: every row checked, no value repeated, one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gis import audit
from gis.core.errors import Invalid
from gis.db.session import WriteSession, as_reader
from gis.privacy import queries
from gis.privacy.fields import person_fields
from gis.privacy.keyring import Keyring
from gis.privacy.model import SubjectKind
from gis.privacy.persons import Doer, sealed_values
from gis.privacy.sealing import Context
from gis.tabular import (
    TWICE,
    Field,
    ImportReport,
    Progress,
    Reason,
    Table,
    Verdicts,
    make_report,
    parse_mapping,
    read_table,
    reading_notes,
    require_clean,
    silent,
)

PERSON_FIELDS = (
    Field(
        "number",
        ("编号", "户号", "户编号", "住户编号", "household_no", "event_no", "staff_no"),
        required=True,
    ),
    Field("name", ("姓名", "户主", "户主姓名", "联系人")),
    Field("phone", ("电话", "手机", "手机号", "手机号码", "联系电话")),
    Field("address", ("住址", "地址", "家庭住址")),
)
ID_NO_FIELD = Field("id_no", ("身份证号", "身份证号码", "公民身份号码"))
#: What a report of refused rows shows in place of a person's data.
HIDDEN = "***"
BATCH = 5_000

_UNKNOWN = Reason("没有该编号", "there is nothing of this number")
_SEVERAL = Reason("多个县有该编号，请用 --county 指明", "several counties have it; give --county")


def import_persons(
    session: WriteSession,
    keyring: Keyring,
    doer: Doer,
    path: Path,
    kind: SubjectKind,
    *,
    county: str | None = None,
    mapping: tuple[str, ...] = (),
    progress: Progress = silent,
) -> ImportReport:
    """Encrypt and store the persons of a file, in place of those that were stored.

    Parameters
    ----------
    session
        Writes; of the owner.
    keyring
        The keys; they say whether a column of citizens' numbers is read at all.
    doer
        Who does it; one entry goes into the audit.
    path
        CSV or workbook.
    kind
        What the numbers in the file are of.
    county
        Six digits, where several counties give the same numbers.
    mapping
        ``field=HEADER`` pairs.
    progress
        Told how far it is.

    Returns
    -------
    ImportReport
        With the number of rows stored. Refused rows show no value.

    Raises
    ------
    RowsRefused
        Rows are refused: nothing is stored; ``extra["report"]``.
    BadFile, Invalid
        The file or its headers cannot be used.
    """
    fields = (*PERSON_FIELDS, ID_NO_FIELD) if keyring.with_id_no else PERSON_FIELDS
    progress("读取文件", "reading the file")
    table = read_table(path, fields, parse_mapping(mapping, fields))
    verdicts, notes = table.begin_verdicts(), reading_notes(table)
    progress("检查各行", "checking the rows")
    contexts = _subjects(session, table, verdicts, kind, county)
    persons = _persons(table, verdicts, keyring)
    report = make_report(path.name, verdicts, notes)
    require_clean(report, keep_going=False)
    rows = list(zip(contexts, persons, strict=True))
    for start in range(0, len(rows), BATCH):
        progress("写入", "writing", start / len(rows))
        _store(session, keyring, rows[start : start + BATCH])
    stored = sorted({name for fields in persons for name in fields})
    after = {"subject": kind, "count": len(rows), "fields": stored}
    audit.append(session, doer.actor, "person.import", "person_private", after=after)
    return replace(report, loaded=len(rows))


def _subjects(
    session: WriteSession, table: Table, verdicts: Verdicts, kind: SubjectKind, county: str | None
) -> list[Context | None]:
    """Find what the numbers are of; refuse those that are of nothing, or of several."""
    numbers = table.text("number", verdicts, limit=64, required=True).tolist()
    asked = [n for n, good in zip(numbers, verdicts.accepted, strict=True) if good]
    found: dict[str, list[Context]] = defaultdict(list)
    for row in queries.list_subjects(as_reader(session), kind, asked, county):
        found[row.number].append(Context(row.county_code, kind, row.subject_id))
    times = Counter(numbers)
    label, filled = table.label("number"), np.array([n != "" for n in numbers], dtype=bool)
    for reason, wrong in (
        (TWICE, [times[n] > 1 for n in numbers]),
        (_UNKNOWN, [n not in found for n in numbers]),
        (_SEVERAL, [len(found.get(n, ())) > 1 for n in numbers]),
    ):
        verdicts.refuse(np.array(wrong, dtype=bool) & filled, label, table.column("number"), reason)
    return [found[n][0] if n in found else None for n in numbers]


def _persons(table: Table, verdicts: Verdicts, keyring: Keyring) -> list[dict[str, str]]:
    """Check what is said of each person; the values stay out of what is told."""
    names = [name for name in ("name", "phone", "address", "id_no") if table.has(name)]
    columns = [table.column(name).tolist() for name in names]
    persons: list[dict[str, str]] = []
    wrong: dict[tuple[str, Reason], list[int]] = defaultdict(list)
    for place in range(len(table)):
        try:
            given = {name: column[place] for name, column in zip(names, columns, strict=True)}
            persons.append(person_fields(given, keyring))
        except Invalid as error:
            field = error.extra.get("field", "name")
            wrong[field, Reason(error.detail_zh, error.detail)].append(place)
            persons.append({})
    for (field, reason), places in wrong.items():
        mask = np.zeros(len(table), dtype=bool)
        mask[places] = True
        label = table.label(field) if table.has(field) else field
        verdicts.refuse(mask, label, np.full(len(table), HIDDEN, dtype=object), reason)
    return persons


def _store(session: WriteSession, keyring: Keyring, rows: list[tuple[Any, dict[str, str]]]) -> None:
    queries.upsert_persons(
        session,
        [
            (context, sealed_values(keyring, fields, context) | {"retain_until": None})
            for context, fields in rows
        ],
    )
