"""What ``gridmap demo`` settles before it begins: its port, its database."""

import re
import socket

import pytest

from gis.cli.demo import database, database_name
from gis.cli.port import claim_port
from gis.core.errors import Conflict
from gis.profiles import load_profile
from gis.settings import Settings


def test_a_busy_port_names_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict) as refusal, claim_port(port):
            pass
        assert f"port {port} of 127.0.0.1 cannot be used" in refusal.value.detail
        offered = int(re.search(r"\./run demo --port (\d+)", refusal.value.detail_zh).group(1))
        with claim_port(offered) as door:
            assert door.getsockname() == ("127.0.0.1", offered)


def test_a_port_is_held_from_the_moment_it_is_claimed():
    with claim_port(0) as door:
        port = door.getsockname()[1]
        door.listen()
        with pytest.raises(Conflict), claim_port(port):
            pass


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(Conflict, match=r"GRIDMAP_HOST=127\.0\.0\.1"), claim_port(8000, "192.0.2.1"):
        pass


@pytest.mark.parametrize(
    ("fraction", "seed", "name"),
    [
        (None, None, "gridmap_henan"),
        (0.02, None, "gridmap_henan_f0_02"),
        (None, 7, "gridmap_henan_s7"),
        (0.5, 7, "gridmap_henan_f0_5_s7"),
    ],
)
def test_each_variant_of_the_data_has_its_own_database(fraction, seed, name):
    assert database_name("henan", fraction, seed) == name


def test_a_database_of_somebody_else_is_never_emptied():
    settings = Settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    profile = load_profile("minquan", settings.profiles_dir)
    with (
        pytest.raises(Conflict, match="would delete everything"),
        database(settings, profile, reset=True, fraction=None, seed=None),
    ):
        pass
