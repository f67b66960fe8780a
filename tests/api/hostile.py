"""Strings that have broken other programs: each goes through every text field there is."""

from __future__ import annotations

SCRIPTS = [
    "<script>window.struck=1</script>",
    "<img src=x onerror=window.struck=1>",
    "</title></script><svg onload=window.struck=1>",
    "\"><a href='javascript:window.struck=1'>x</a>",
    "${window.struck=1}",
    "{{constructor.constructor('window.struck=1')()}}",
    "`+(window.struck=1)+`",
    "'-(window.struck=1)-'",
    "&lt;b&gt;&#x202e;",
]
FORMULAS = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://192.0.2.1/","x")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "＝1+1",
]
SQL = ["'; DROP TABLE event; --", "' OR '1'='1", "\\", "%", "_", "$$;$$", "1); SELECT pg_sleep(9)"]
PATHS = [
    "../../../../etc/passwd",
    "..\\..\\x",
    "/etc/passwd",
    "file:///etc/passwd",
    "con",
    ".",
    "~",
]
#: Right-to-left override and isolates that never end, zero-width, combining, beyond the BMP.
DIRECTIONS = [
    "\u202egnp.exe",
    "\u2066\u2067\u2068张",
    "\u200b\ufeff",
    "Z" + "\u0300" * 60,
    "🗺️👨‍👩‍👧‍👦",
    "\U000e0001\U0010fffd",
    "ﷺ" * 20,
    "İıſK",
]
#: What no text column takes, or needs.
CONTROLS = ["\x00", "a\x00b", "\x1b[2J\x1b]0;x\x07", "\x7f", "\x08"]
HOSTILE = [*SCRIPTS, *FORMULAS, *SQL, *PATHS, *DIRECTIONS]
LONG = "长" * 350_000  # a megabyte
