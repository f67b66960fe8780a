"""The audit: who did what, when, from where; only ever added to, each row hashed with the last."""

from gis.audit.listing import AuditEntry, AuditFilter, list_entries, stream_entries
from gis.audit.verifying import AuditFault, AuditReport, verify
from gis.audit.writing import append

__all__ = [
    "AuditEntry",
    "AuditFault",
    "AuditFilter",
    "AuditReport",
    "append",
    "list_entries",
    "stream_entries",
    "verify",
]
