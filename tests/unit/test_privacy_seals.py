"""Keys, seals, masks: what is encrypted opens in its place alone, and nothing shows a secret."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.core.errors import Conflict, GridmapError, Invalid, Unavailable
from gis.privacy import (
    KeyFile,
    add_keys,
    drop_old_keys,
    new_keyring,
    read_keyring,
    suppressed,
    suppressed_parts,
    write_keyring,
)
from gis.privacy.fields import is_id_no, person_fields, require_reason
from gis.privacy.keyring import SECRET_BYTES
from gis.privacy.masks import mask_address, mask_id_no, mask_name, mask_phone, masked
from gis.privacy.phones import normal_phone, phone_index
from gis.privacy.sealing import BLOCK_BYTES, Context, seal, unseal

CIPHERS = ("sm4-gcm", "aes-256-gcm")
HERE = Context("411421", "household", 7)
PERSON = {"name": "张三丰", "phone": "13812341234", "address": "幸福小区3号楼2单元501"}
#: It checks, and belongs to nobody: the division code 999999 is never given.
ID_NO = "99999919900101001X"


def id_no(body: str) -> str:
    return next(body + last for last in "0123456789X" if is_id_no(body + last))


@pytest.mark.parametrize("algorithm", CIPHERS)
def test_what_is_sealed_opens_again(algorithm):
    keyring = new_keyring(algorithm)

    key_id, sealed = seal(keyring, PERSON, HERE)

    assert unseal(keyring, key_id, sealed, HERE) == PERSON
    assert not any(value.encode() in sealed for value in PERSON.values())
    assert seal(keyring, PERSON, HERE)[1] != sealed


@pytest.mark.parametrize("algorithm", CIPHERS)
@pytest.mark.parametrize(
    "there",
    [
        Context("411422", "household", 7),
        Context("411421", "event", 7),
        Context("411421", "household", 8),
    ],
)
def test_what_was_moved_does_not_open(algorithm, there):
    keyring = new_keyring(algorithm)
    key_id, sealed = seal(keyring, PERSON, HERE)

    with pytest.raises(Conflict) as caught:
        unseal(keyring, key_id, sealed, there)
    assert_silent(caught.value)


@pytest.mark.parametrize("algorithm", CIPHERS)
def test_no_bit_can_be_changed(algorithm):
    keyring = new_keyring(algorithm)
    key_id, sealed = seal(keyring, {"name": "张三"}, HERE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Conflict):
            unseal(keyring, key_id, bytes(changed), HERE)
    for length in range(len(sealed)):
        with pytest.raises(Conflict):
            unseal(keyring, key_id, sealed[:length], HERE)


def test_a_key_id_cannot_be_exchanged():
    keyring = add_keys(new_keyring(), "sm4-gcm")
    old, new = keyring.ciphers
    same = replace(keyring, ciphers=(old, replace(new, secret=old.secret)))
    _, sealed = seal(same, PERSON, HERE)

    with pytest.raises(Conflict):
        unseal(same, old.key_id, sealed, HERE)


def test_the_length_of_a_name_is_not_told():
    keyring = new_keyring()
    lengths = {len(seal(keyring, {"name": "张" * n}, HERE)[1]) for n in range(1, 15)}

    assert len(lengths) == 1
    assert len(seal(keyring, PERSON, HERE)[1]) > BLOCK_BYTES


def test_an_unknown_key_is_named():
    _, sealed = seal(new_keyring(), PERSON, HERE)

    with pytest.raises(Unavailable, match="20260101-x"):
        unseal(new_keyring(), "20260101-x", sealed, HERE)


def test_added_keys_write_and_old_ones_read():
    old = new_keyring("aes-256-gcm")
    key_id, sealed = seal(old, PERSON, HERE)
    new = add_keys(old, "sm4-gcm")

    assert unseal(new, key_id, sealed, HERE) == PERSON
    assert seal(new, PERSON, HERE)[0] == new.writing.key_id != key_id
    with pytest.raises(Unavailable):
        unseal(drop_old_keys(new), key_id, sealed, HERE)


def assert_silent(error: GridmapError):
    """Nothing of a person is in what an error says."""
    said = f"{error.detail} {error.detail_zh} {error.extra}"
    assert not any(value in said for value in (*PERSON.values(), ID_NO))


# The file


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.json"


@pytest.mark.parametrize("algorithm", CIPHERS)
def test_a_key_file_is_read_as_it_was_written(path, algorithm):
    keyring = add_keys(new_keyring(algorithm, with_id_no=True), "aes-256-gcm")
    write_keyring(path, keyring)

    assert read_keyring(path) == keyring
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o644])
def test_a_key_file_that_others_can_read_is_refused(path, mode):
    write_keyring(path, new_keyring())
    path.chmod(mode)

    with pytest.raises(Unavailable, match="chmod 600"):
        read_keyring(path)


def test_a_key_file_is_not_written_over(path):
    write_keyring(path, new_keyring())
    before = path.read_bytes()

    with pytest.raises(Conflict, match="keys add"):
        write_keyring(path, new_keyring())
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_an_umask_does_not_open_a_key_file(path):
    before = os.umask(0)
    try:
        write_keyring(path, new_keyring())
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def broken_documents():
    good = json.loads(json.dumps({"version": 1, "with_id_no": False}))
    key = {"id": "k", "algorithm": "sm4-gcm", "made_on": "2026-01-01"}
    key["key"] = base64.b64encode(b"S" * 16).decode()
    index = key | {"id": "i", "algorithm": "hmac-sm3", "key": base64.b64encode(b"S" * 32).decode()}
    whole = good | {"ciphers": [key], "indexes": [index]}
    yield "not JSON", "{"
    yield "a list", "[]"
    yield "another version", json.dumps(whole | {"version": 2})
    yield "no cipher", json.dumps(whole | {"ciphers": []})
    yield "no index", json.dumps(whole | {"indexes": []})
    yield "twice the same id", json.dumps(whole | {"indexes": [index | {"id": "k"}]})
    yield "an index that encrypts", json.dumps(whole | {"ciphers": [index]})
    yield "a short key", json.dumps(whole | {"ciphers": [key | {"key": "U1NT"}]})
    yield "no base64", json.dumps(whole | {"ciphers": [key | {"key": "SSSSSSSS!"}]})
    yield "an id with a bar", json.dumps(whole | {"ciphers": [key | {"id": "a|b"}]})
    yield "a number for an id", json.dumps(whole | {"ciphers": [key | {"id": 7}]})


@pytest.mark.parametrize("document", list(broken_documents()), ids=lambda pair: pair[0])
def test_a_broken_key_file_is_refused_and_not_repeated(path, document):
    path.write_text(document[1], encoding="utf-8")
    path.chmod(0o600)

    with pytest.raises(Invalid) as caught:
        read_keyring(path)
    assert "SSS" not in f"{caught.value.detail} {caught.value.__cause__} {caught.value.extra}"
    assert caught.value.__suppress_context__


def test_a_missing_key_file_tells_how_to_make_one(path):
    with pytest.raises(Unavailable, match="keys init"):
        read_keyring(path)


def test_a_changed_key_file_is_read_again(path):
    write_keyring(path, new_keyring())
    file = KeyFile(path)
    first = file.current()
    assert file.current() is first

    write_keyring(path, add_keys(first, "sm4-gcm"), replacing=True)
    assert len(file.current().ciphers) == 2
    path.chmod(0o644)
    with pytest.raises(Unavailable):
        file.current()


def test_without_a_file_it_is_told_what_to_set():
    with pytest.raises(Conflict, match="GRIDMAP_PERSON_KEYS"):
        KeyFile(None).current()


def test_keys_are_random_and_never_printed():
    rings = [new_keyring(algorithm) for algorithm in CIPHERS for _ in range(20)]
    made = [key for ring in rings for key in (*ring.ciphers, *ring.indexes)]

    assert Counter(key.secret for key in made).most_common(1)[0][1] == 1
    assert len({key.key_id for key in made}) == len(made)
    for ring in rings:
        for key in (*ring.ciphers, *ring.indexes):
            assert len(key.secret) == SECRET_BYTES[key.algorithm]
            for shown in (repr(key), str(key), repr(ring), f"{ring}"):
                assert repr(key.secret)[2:-1] not in shown
                assert key.secret.hex() not in shown


# Phones


@pytest.mark.parametrize(
    "given",
    [
        "13812341234",
        " 138 1234 1234 ",
        "138-1234-1234",
        "+8613812341234",
        "+86 138 1234 1234",
        "008613812341234",
        "１３８１２３４１２３４",
        "(138)12341234",
    ],
)
def test_a_phone_number_has_one_spelling(given):
    assert normal_phone(given) == "13812341234"


@pytest.mark.parametrize("given", ["", "abc", "1381234123x", "1234", "1" * 21, "+", "二三四五六七"])
def test_what_is_no_phone_number_is_not_repeated(given):
    with pytest.raises(Invalid) as caught:
        normal_phone(given)
    if given:
        assert given not in caught.value.detail + caught.value.detail_zh


def test_a_blind_index_needs_its_key():
    for algorithm in CIPHERS:
        one, other = new_keyring(algorithm).indexing, new_keyring(algorithm).indexing
        index = phone_index(one, "13812341234")
        assert index == phone_index(one, "13812341234")
        assert index != phone_index(one, "13812341235")
        assert index != phone_index(other, "13812341234")
        assert len(index) == 32


# Fields


def test_a_persons_fields_are_checked_and_trimmed():
    given = {"name": " 张三 ", "phone": "138 1234 1234", "address": "", "id_no": None}
    assert person_fields(given, new_keyring()) == {"name": "张三", "phone": "13812341234"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "  "},
        {"email": PERSON["name"]},
        {"name": PERSON["name"] * 30},
        {"phone": PERSON["name"]},
        {"id_no": ID_NO},
    ],
)
def test_what_is_refused_is_not_repeated(given):
    with pytest.raises(Invalid) as caught:
        person_fields(given, new_keyring())
    assert_silent(caught.value)


def test_citizens_numbers_are_stored_only_where_that_was_decided():
    keyring = new_keyring(with_id_no=True)
    good = id_no("41142119900101123")
    assert person_fields({"id_no": good.lower()}, keyring) == {"id_no": good}
    wrong = good[:-1] + ("1" if good[-1] != "1" else "2")
    with pytest.raises(Invalid) as caught:
        person_fields({"id_no": wrong}, keyring)
    assert wrong not in caught.value.detail


def test_the_check_digit_of_a_citizens_number():
    # The example of GB 11643-1999.
    assert is_id_no("11010519491231002X")
    assert not is_id_no("110105194912310021")
    assert not is_id_no("11010519491231002x")


@pytest.mark.parametrize(
    "reason",
    [
        *(
            "",
            " a ",
            "回访",
            "x" * 201,
            "\u200b" * 8,
            "。。。。。。",
            "核实 13812341234",
            ID_NO + " ok",
        ),
        *(
            "核实 138 1234 1234",
            "核实 138-1234-1234",
            "核实１３８１２３４１２３４",
            "核实+8613812341234",
        ),
        *(
            "核实 8613812341234",
            "核实 138\u200b12341234",
            f"核实 {ID_NO[:6]} {ID_NO[6:14]} {ID_NO[14:]}",
        ),
    ],
)
def test_a_reason_says_something_and_names_nobody(reason):
    with pytest.raises(Invalid):
        require_reason(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "回访井盖事件 20260310411421000345",
        "  call back  ",
        "核实12345工单",
        "2026-03-10 10:30 来电",
    ],
)
def test_a_reason_may_name_an_event(reason):
    assert require_reason(reason) == reason.strip()


# Masks


@given(st.text(min_size=1, max_size=64))
def test_a_masked_name_tells_one_character(name):
    assert mask_name(name) == name[0] + "**"


@given(st.from_regex(r"\+?[0-9]{5,20}", fullmatch=True))
def test_a_masked_phone_hides_four_digits_at_least(phone):
    shown = mask_phone(phone).replace("*", "")
    assert len(phone) - len(shown) >= 4
    assert "****" in mask_phone(phone)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("幸福小区3号楼2单元501室", "幸福小区3号楼****"),
        ("光明路12号院A座1203", "光明路12号院A座****"),
        ("和平里三栋402", "和平里三栋****"),
        ("王家庄村东头第三家", "****"),
        ("人民路88号", "****"),
    ],
)
def test_an_address_is_shown_down_to_the_building(address, shown):
    assert mask_address(address) == shown


def test_every_field_has_a_mask():
    fields = PERSON | {"id_no": "411421199001011234"}
    shown = masked(fields)
    assert shown == {
        "name": "张**",
        "phone": "138****1234",
        "address": "幸福小区3号楼****",
        "id_no": mask_id_no(fields["id_no"]),
    }
    assert shown["id_no"] == "411421********1234"


# Small cells


@given(st.integers(0, 10**6))
def test_small_counts_are_not_told(count):
    assert suppressed(count) == (None if 1 <= count <= 4 else count)


@given(st.lists(st.integers(0, 12), max_size=8))
def test_subtraction_tells_no_small_part(counts):
    parts = suppressed_parts(counts)
    hidden = [count for count, part in zip(counts, parts, strict=True) if part is None]
    told = [(count, part) for count, part in zip(counts, parts, strict=True) if part is not None]

    assert all(count == part for count, part in told)
    assert not any(1 <= part <= 4 for _, part in told)
    assert bool(hidden) == any(1 <= count <= 4 for count in counts)
    if suppressed(sum(counts)) is not None and hidden and any(count >= 5 for count in counts):
        assert len(hidden) >= 2
        assert sum(hidden) >= 5


@given(st.lists(st.integers(0, 12), max_size=8))
def test_no_more_is_hidden_than_must_be(counts):
    parts = suppressed_parts(counts)
    extra = [c for c, part in zip(counts, parts, strict=True) if part is None and c >= 5]
    assert len(extra) <= 1
    told = [part for part in parts if part]
    assert not extra or all(part >= extra[0] for part in told)
