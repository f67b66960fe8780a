"""Who sees what of a draft's surroundings.

The proof that grids tile needs the neighbours over a township's border, so it reads the whole;
what is told goes through here, so that no name and no code of elsewhere comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.core.access import Actor
from gis.core.errors import EditRefused, Invalid

#: Stands for the code of a grid that whoever asks may not see.
ALIAS = "邻格-neighbour-{}"
_ALIAS = re.compile("邻格-neighbour-[0-9]+")
HIDDEN_TOWNSHIP = "相邻乡镇 (a neighbouring township)"


@contextmanager
def seeing_whole(session: Session) -> Iterator[None]:
    """Let a transaction of the server see all rows for a while.

    What may be asked for has been settled before, under the scope of whoever asks.

    Parameters
    ----------
    session
        Of the server; one of the owner sees all rows anyway. After an error the role stays:
        such a transaction is rolled back.
    """
    before = session.scalar(
        text(
            "WITH now AS MATERIALIZED (SELECT current_setting('role') AS role),"
            " entered AS MATERIALIZED ("
            "  SELECT role, set_config('role', 'gridmap_whole', true) FROM now"
            "   WHERE role <> 'none')"
            " SELECT role FROM entered"
        )
    )
    yield
    if before is not None:
        session.execute(text("SELECT set_config('role', :role, true)"), {"role": before})


def tops_of(actor: Actor) -> list[str] | None:
    """Return the divisions that an actor sees with all below; None for everything."""
    scope = actor.scope()
    return None if scope.is_whole else list(scope.divisions)


def masked_refusal(refused: EditRefused) -> EditRefused:
    """Return a refusal without the grids that whoever asks may not see."""
    extra = dict(refused.extra)
    extra["errors"] = [masked(document) for document in extra.get("errors", ())]
    told = EditRefused(plain(refused.detail), zh=plain(refused.detail_zh), **extra)
    told.faults = refused.faults
    return told


def masked_invalid(error: Invalid) -> Invalid:
    """Return another error likewise."""
    error.detail, error.detail_zh = plain(error.detail), plain(error.detail_zh)
    error.args = (error.detail,)
    return error


def masked(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a fault without the grids that whoever asks may not see."""
    document = dict(fault)
    document["grids"] = [code for code in fault["grids"] if not _ALIAS.fullmatch(code)]
    if fault["fix"] is not None and _ALIAS.search(orjson.dumps(fault["fix"]).decode()):
        document["fix"] = None
    document["detail"], document["detail_zh"] = plain(fault["detail"]), plain(fault["detail_zh"])
    return document


def masked_all(faults: Sequence[Any]) -> list[dict[str, Any]]:
    """Return faults as such documents."""
    return [masked(fault.as_document()) for fault in faults]


def plain(message: str) -> str:
    """Return a message in which grids of elsewhere are called neighbours."""
    return _ALIAS.sub("(邻镇网格 neighbour)", message)
