"""The quick reader of CSV gives the cells that the careful one gives, or leaves it to that one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gis.tabular.reading import _parse_csv, _parse_plain

CELLS = (
    "", "a", "0012", "1.50", "NA", "nan", " x ", "张庄", "\u00a0", "a;b", "'",
    '"a"', '"a,b"', '"a""b"', '""', '"两\n行"', '"\r\n"', 'x"y', '"a"b', ' "a"', '"a" ',
)  # fmt: skip
SCRAPS = ("a", "1", "经", ",", ",", '"', '"', '""', "\n", "\r\n", "\r", " ")


def ragged(chance: random.Random) -> str:
    return "".join(chance.choice(SCRAPS) for _ in range(chance.randint(1, 24)))


def rows(chance: random.Random) -> str:
    width = chance.randint(1, 4)
    lines = [",".join(chance.choices(CELLS, k=width)) for _ in range(chance.randint(1, 5))]
    return chance.choice(["", "\ufeff"]) + "".join(
        line + chance.choice(["\n", "\r\n"]) for line in lines
    )


@pytest.mark.parametrize("make", [ragged, rows])
def test_both_readers_give_the_same_cells(make):
    chance, read = random.Random(7), 0  # noqa: S311 - cases, not secrets
    for _ in range(2_500):
        data = make(chance).encode()
        encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
        quick = _parse_plain(data, encoding, ",")
        if quick is not None:
            read += 1
            careful = _parse_csv(Path("x.csv"), data, encoding, ",")
            assert quick.to_numpy().tolist() == careful.to_numpy().tolist(), data
            assert list(quick.columns) == list(careful.columns)
    assert read > 40


def test_what_is_plain_is_read_quickly_and_what_is_not_is_left():
    assert _parse_plain('户号,名称\n1,"张, 李"\n'.encode(), "utf-8", ",") is not None
    for text in ("a,b\n1\n", 'a,b\n1,"2\n', "a\n1\n"):
        assert _parse_plain(text.encode(), "utf-8", ",") is None, text
    assert _parse_plain("户号,名称\n".encode("gbk"), "gb18030", ",") is None
