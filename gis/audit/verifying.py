"""Prove that nothing in the audit was changed, removed, inserted or renumbered."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from gis.db.session import ReadSession
from gis.db.sql import read_sql

#: What the first entry is hashed with.
NOTHING_BEFORE = b""


@dataclass(frozen=True, slots=True)
class AuditFault:
    """The first thing that is wrong.

    Attributes
    ----------
    audit_id
        Number of the first bad entry, or of the first one that is missing.
    kind
        ``changed``, ``removed``, ``inserted``, ``head`` or ``expected``.
    detail, detail_zh
        The same in words.
    """

    audit_id: int
    kind: str
    detail: str
    detail_zh: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a verification found.

    Attributes
    ----------
    count
        Entries that are proved: all of them, or those before the fault.
    head_hash
        Hash of the last of these; to be noted elsewhere, and given as `expected` later.
    fault
        None where the audit is whole.
    """

    count: int
    head_hash: bytes
    fault: AuditFault | None


def verify(session: ReadSession, expected: bytes | None = None) -> AuditReport:
    """Check every entry of the audit against the one before it, and the last against the head.

    The hashes are computed here, not by the database's own function, which somebody who can
    change rows could change as well.

    Parameters
    ----------
    session
        One snapshot (`read_session`) of the owner of the tables.
    expected
        Hash of the head that was noted earlier, somewhere else. Only this finds what a forger
        leaves who may do anything in the database: a chain that was computed afresh from the
        changed entry on.

    Returns
    -------
    AuditReport
        Names the first bad entry.

    Notes
    -----
    Source: ADR 0021.
    """
    head = session.execute(text("SELECT audit_id, row_hash FROM audit_head")).one_or_none()
    statement = text(read_sql(__file__, "chain"))
    rows = session.execute(statement, execution_options={"yield_per": 2000})
    count, last = 0, NOTHING_BEFORE
    seen = expected is None or expected == NOTHING_BEFORE
    for row in rows:
        found = bytes(row.row_hash)
        fault = _entry_fault(row, count + 1, last, found)
        if fault is not None:
            rows.close()
            return AuditReport(count, last, fault)
        count, last = count + 1, found
        seen = seen or found == expected
    return AuditReport(count, last, _head_fault(head, count, last) or _unseen(seen, count))


def _entry_fault(row: Any, number: int, last: bytes, found: bytes) -> AuditFault | None:
    if row.audit_id > number:
        return AuditFault(
            number,
            "removed",
            f"Entry {number} is missing: the one that follows has number {row.audit_id}.",
            f"第 {number} 条记录缺失，其后一条编号为 {row.audit_id}。",
        )
    if row.audit_id < number:
        return AuditFault(
            row.audit_id,
            "inserted",
            f"Entry {row.audit_id} does not belong to the audit: numbers begin with 1.",
            f"第 {row.audit_id} 条记录不属于审计链：编号从 1 开始。",
        )
    if hmac.compare_digest(hashlib.sha256(last + row.content.encode()).digest(), found):
        return None
    return AuditFault(
        number,
        "changed",
        f"Entry {number} was changed, or is not the one that was written after {number - 1}.",
        f"第 {number} 条记录被修改，或并非紧接第 {number - 1} 条写入的那一条。",
    )


def _head_fault(head: Any, count: int, last: bytes) -> AuditFault | None:
    if head is None:
        return AuditFault(
            count + 1, "head", "The head of the audit is missing.", "审计链的链首记录缺失。"
        )
    if head.audit_id > count:
        return AuditFault(
            count + 1,
            "removed",
            f"Entries {count + 1} to {head.audit_id} were cut off at the end.",
            f"末尾第 {count + 1} 至 {head.audit_id} 条记录被截去。",
        )
    if head.audit_id < count:
        return AuditFault(
            head.audit_id + 1,
            "inserted",
            f"Entries from {head.audit_id + 1} on were not written by gridmap: the head knows"
            " nothing of them.",
            f"第 {head.audit_id + 1} 条起的记录不是由系统写入：链首没有登记。",
        )
    if not hmac.compare_digest(bytes(head.row_hash), last):
        return AuditFault(
            count,
            "head",
            f"The head of the audit does not fit entry {count}.",
            f"审计链的链首与第 {count} 条记录不符。",
        )
    return None


def _unseen(seen: bool, count: int) -> AuditFault | None:
    if seen:
        return None
    return AuditFault(
        count,
        "expected",
        "No entry has the hash that was noted earlier: the audit was written anew since.",
        "没有任何记录与此前抄录的哈希一致：审计链此后被整体重写。",
    )
