"""Leases on the newest generation: none is alive when boundaries become visible."""

from __future__ import annotations

import time

from sqlalchemy import Engine

from gis.boundaries import publish_import
from gis.db.session import write_session
from gis.grids import LEASE_S, Lease, lease_generation, leases, lock_publications
from tests import factories
from tests.api.test_grids import exchanged

#: Longer than the publication itself takes, so that only the wait can make up for it.
LONG_S = 3.0


def leased(engine: Engine) -> Lease | None:
    with write_session(engine) as session:
        return lease_generation(session)


def test_a_lease_is_of_the_newest_generation_and_runs_out(world_engine):
    before = time.monotonic()
    lease = leased(world_engine)

    assert lease is not None
    assert lease.generation.generation == 1
    assert before + LEASE_S <= lease.until <= time.monotonic() + LEASE_S


def test_nothing_is_leased_before_the_first_publication(empty_engine):
    assert leased(empty_engine) is None


def test_nothing_is_leased_while_a_publication_is_under_way(world_engine):
    with write_session(world_engine) as session:
        lock_publications(session)
        assert leased(world_engine) is None
        session.rollback()

    assert leased(world_engine) is not None


def test_a_publication_is_visible_only_after_the_leases_before_it(world_engine, monkeypatch):
    monkeypatch.setattr(leases, "LEASE_S", LONG_S)
    lease = leased(world_engine)
    assert lease is not None
    with write_session(world_engine) as session:
        publish_import(session, exchanged(), effective_from=factories.EFFECTIVE_FROM)
        # Still to be committed, and already too late for whoever had the lease.
        assert time.monotonic() > lease.until

    after = leased(world_engine)
    assert after is not None
    assert after.generation.generation == 2


def test_a_lease_is_always_of_what_the_last_publication_made_visible(world_engine):
    for expected in (2, 3):
        with write_session(world_engine) as session:
            grids = exchanged() if expected == 2 else factories.grids()
            publish_import(session, grids, effective_from=factories.EFFECTIVE_FROM)
            assert leased(world_engine) is None
        lease = leased(world_engine)
        assert lease is not None
        assert lease.generation.generation == expected
