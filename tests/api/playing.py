"""A change of boundaries in the middle of the small county's events."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine

from gis.boundaries.publishing import publish_changeset
from gis.core.access import WHOLE
from gis.core.editing import Split
from gis.db.session import write_session
from tests import drafting, factories
from tests.api.test_generations import LINE, SECOND

CHANGE = dt.date(2025, 6, 8)


def split_in_june(engine: Engine) -> int:
    """Split a grid of township A from `CHANGE` on; returns the generation."""
    county, scope = factories.COUNTY[:6], factories.TOWNSHIPS[:1]
    with write_session(engine) as session:
        done = drafting.planned(session, county, Split(SECOND, LINE), scope)
        number = drafting.write_changeset(
            session, county, done.changes, scope=scope, effective_from=CHANGE
        )
    with write_session(engine, WHOLE) as session:
        return publish_changeset(session, number, actor="account:reviewer").generation
