"""The clock that tests can set."""

from __future__ import annotations

import datetime as dt
import threading

from gis.core import clock


def test_now_is_aware_and_in_china() -> None:
    before = dt.datetime.now(dt.UTC)
    now = clock.now()
    assert before <= now <= dt.datetime.now(dt.UTC)
    assert now.utcoffset() == dt.timedelta(hours=8)


def test_the_date_is_that_in_china() -> None:
    with clock.held_at(dt.datetime(2023, 9, 23, 17, 30, tzinfo=dt.UTC)):
        assert clock.today() == dt.date(2023, 9, 24)
        assert clock.now() == dt.datetime(2023, 9, 24, 1, 30, tzinfo=clock.SHANGHAI)


def test_a_time_without_a_zone_is_chinese() -> None:
    with clock.held_at(dt.datetime(2023, 9, 23, 22, 0)):  # noqa: DTZ001 - the point of the test
        assert clock.now().isoformat() == "2023-09-23T22:00:00+08:00"


def test_other_threads_see_it_and_it_runs_again_afterwards() -> None:
    seen = []
    moment = dt.datetime(2023, 9, 23, 22, 0, tzinfo=clock.SHANGHAI)
    with clock.held_at(moment):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [moment]
    assert clock.now() > moment
