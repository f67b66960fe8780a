"""Tell screens and subscribers that boundaries were published."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from gis.boundaries.versions import Moment
from gis.db.session import WriteSession

#: What screens listen on. Without a payload: whoever is told reads what it may see.
CHANNEL = "gridmap"


def tell_published(session: WriteSession, moment: Moment, counties: list[str]) -> None:
    """Put the news into the outbox, and wake whoever listens; both take effect on commit.

    Parameters
    ----------
    session
        The transaction of the publication.
    moment
        Generation and effective day.
    counties
        Six digits each.
    """
    news = {
        "generation": moment.generation,
        "effective_from": moment.effective_from.isoformat(),
        "counties": counties,
    }
    session.execute(
        text(
            "INSERT INTO delivery (kind, payload)"
            " VALUES ('generation.published', CAST(:payload AS jsonb))"
        ),
        {"payload": orjson.dumps(news).decode()},
    )
    session.execute(text(f"NOTIFY {CHANNEL}"))
