"""The live feed when PostgreSQL is killed under it, and when its own server is another one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from api.app import create_app
from gis.db import migrate
from gis.db.cluster import Cluster
from gis.db.cluster.process import find_postmaster
from gis.db.engine import make_engine
from gis.db.session import write_session
from gis.feeds import Kind, tell
from tests import factories
from tests.api.screens import Screen
from tests.api.server import serving, settings_for
from tests.faults.test_cluster_faults import data_of


def test_a_killed_postgresql_and_another_server_lose_nothing_and_tell_nothing_twice(
    tmp_path: Path,
) -> None:
    cluster = Cluster(tmp_path / "state")
    cluster.start()
    try:
        cluster.create_database("live")
        url = cluster.url("live")
        migrate.upgrade(url)
        engine = make_engine(url, statement_timeout_s=30)
        with write_session(engine) as session:
            factories.load_boundaries(session)

        def say(number: int) -> None:
            with write_session(engine) as session:
                tell(session, Kind.EVENT_CHANGED, {"event_no": str(number)}, [factories.COUNTY])

        settings = settings_for(url, state_dir=tmp_path / "server")
        with serving(create_app(settings)) as client:
            screen = Screen(client)
            screen.hear()
            say(1)
            assert screen.hear().data["event_no"] == "1"
            postmaster = find_postmaster(data_of(cluster))
            assert postmaster is not None
            os.kill(postmaster.pid, signal.SIGKILL)
            cluster.start()
            engine.dispose()
            say(2)
            told = screen.hear()
            assert told.data["event_no"] == "2", "the stream has stayed open"
        screen.end()
        say(3)
        with serving(create_app(settings)) as client:
            back = Screen(client, after=told.cursor)
            assert back.hear().data["resumed"] is True
            assert back.hear().data["event_no"] == "3"
            say(4)
            assert back.hear().data["event_no"] == "4"
            back.close()
        engine.dispose()
    finally:
        cluster.destroy()
