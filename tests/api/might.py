"""A key that may do everything, for tests that want to reach into every route."""

from __future__ import annotations

from sqlalchemy import Engine, text

from gis.accounts import hash_secret
from gis.core.access import GRANTABLE
from tests import factories

KEY = "gm_" + "m" * 43
#: What every request of such a test says.
HEADERS = {"Authorization": f"Bearer {KEY}"}


def give_might(engine: Engine) -> None:
    """Put the key into a database, with every role on the whole county."""
    with engine.begin() as owner:
        owner.execute(
            text(
                "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES ('might', :hash)"
                " RETURNING api_key_id)"
                'INSERT INTO "grant" (api_key_id, role, division_code)'
                " SELECT api_key_id, unnest(CAST(:roles AS text[])), :county FROM added"
            ),
            {
                "hash": hash_secret(KEY),
                "roles": [str(role) for role in GRANTABLE],
                "county": factories.COUNTY,
            },
        )
