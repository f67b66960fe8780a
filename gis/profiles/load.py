"""Read a profile from TOML and refuse a wrong one with file, key and reason."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gis.core.errors import BadProfile
from gis.profiles.model import Profile

#: Working days and hours, where a profile names no others.
CALENDAR = "calendars/china.toml"
#: Where it is: a folder of profiles of one's own need not have one.
SHIPPED = Path(__file__).resolve().parents[2] / "data"


def list_profiles(profiles_dir: Path) -> list[str]:
    """List the profiles that a folder holds.

    Parameters
    ----------
    profiles_dir
        Folder with `*.toml` files.

    Returns
    -------
    list of str
        Their names, sorted.
    """
    return sorted(path.stem for path in profiles_dir.glob("*.toml"))


def load_profile(name_or_path: str | Path, profiles_dir: Path) -> Profile:
    """Load a profile by name, or from a file of one's own.

    Parameters
    ----------
    name_or_path
        The name of a shipped profile, or the path of a `.toml` file.
    profiles_dir
        Folder of the shipped profiles. Files that a profile names are looked for beside the
        profile first, then here.

    Returns
    -------
    Profile
        Checked and frozen.

    Raises
    ------
    BadProfile
        If there is no such profile, or if it is wrong: names file, key and reason.
    """
    path = _find(name_or_path, profiles_dir)
    raw = _read_toml(path)
    catalogue = _companion(path, raw, "catalogue", profiles_dir)
    raw["catalogue"] = _read_toml(catalogue)
    raw.setdefault("calendar", CALENDAR)
    calendar = _companion(path, raw, "calendar", profiles_dir)
    raw["calendar"] = _read_toml(calendar)
    if "divisions" in raw:
        raw["divisions"] = str(_companion(path, raw, "divisions", profiles_dir))
    try:
        # Strict JSON is as exact about types as TOML is, and still turns arrays into tuples.
        return Profile.model_validate_json(orjson.dumps(raw))
    except ValidationError as error:
        raise _refusal(path, {"catalogue": catalogue, "calendar": calendar}, error) from error


def _find(name_or_path: str | Path, profiles_dir: Path) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml" or len(path.parts) > 1:
        if path.is_file():
            return path
        raise BadProfile(
            f"Profile file {path} does not exist.", zh=f"配置文件 {path} 不存在。", file=str(path)
        )
    shipped = profiles_dir / f"{name_or_path}.toml"
    if shipped.is_file():
        return shipped
    known = list_profiles(profiles_dir)
    close = difflib.get_close_matches(str(name_or_path), known, n=1, cutoff=0.5)
    hint, hint_zh = (f" Did you mean {close[0]}?", f"是否指 {close[0]}?") if close else ("", "")
    listed = ", ".join(known) or "none"
    raise BadProfile(
        f"Unknown profile {name_or_path!r}.{hint} Known in {profiles_dir}: {listed}.",
        zh=f"没有名为“{name_or_path}”的配置。{hint_zh}已有:{'、'.join(known)}。",
        file=str(shipped),
        known=known,
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise _bad(path, "", f"not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise _bad(path, "", f"not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise _bad(path, "", f"cannot be read: {error.strerror}") from error


def _companion(path: Path, raw: dict[str, Any], key: str, profiles_dir: Path) -> Path:
    """Resolve the file that `key` names; relative paths start beside the profile."""
    value = raw.get(key)
    if not isinstance(value, str):
        raise _bad(path, key, "must name a file, as text")
    for base in (path.resolve().parent, profiles_dir.resolve(), SHIPPED):
        if (base / value).is_file():
            return (base / value).resolve()
    raise _bad(path, key, f"file {value} was found neither beside the profile nor in the shipped")


def _refusal(path: Path, companions: dict[str, Path], error: ValidationError) -> BadProfile:
    # A misspelt key is both unknown and missing; that it is unknown explains more.
    details = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    found = [_explain(one) for one in details]
    key, reason = found[0]
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    table, _, inner = key.partition(".")
    if inner and table in companions:
        path, key = companions[table], inner
    return _bad(path, key, reason + more, errors=[{"key": k, "reason": r} for k, r in found])


def _explain(details: ErrorDetails) -> tuple[str, str]:
    """Turn pydantic's finding into (dotted key, reason)."""
    key = _dotted(details["loc"])
    kind = details["type"]
    if kind == "profile_rule":
        context = details["ctx"]
        return ".".join(part for part in (key, context["key"]) if part), context["reason"]
    if kind == "extra_forbidden":
        return key, f"unknown key{_near_key(details['loc'])}"
    if kind == "missing":
        return key, "missing"
    if kind == "literal_error" and key.endswith("phase"):
        return key, f"{details['input']!r} is no canonical phase; use {details['ctx']['expected']}"
    return key, f"{details['msg']}, not {details['input']!r}"


def _near_key(loc: tuple[int | str, ...]) -> str:
    """Look for a key with nearly the same spelling anywhere in the schema."""
    schema = Profile.model_json_schema()
    tables = [schema, *schema["$defs"].values()]
    names = {name for table in tables for name in table.get("properties", {})}
    close = difflib.get_close_matches(str(loc[-1]), sorted(names), n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else ""


def _dotted(loc: tuple[int | str, ...]) -> str:
    """Write a path as in `levels[2].slug`.

    >>> _dotted(("levels", 2, "slug"))
    'levels[2].slug'
    """
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _bad(path: Path, key: str, reason: str, **extra: Any) -> BadProfile:
    where = f"{path}: {key}" if key else str(path)
    return BadProfile(
        f"{where}: {reason}.",
        zh=f"配置文件有误:{where}:{reason}。",
        file=str(path),
        key=key,
        reason=reason,
        **extra,
    )
