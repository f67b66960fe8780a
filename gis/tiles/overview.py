"""What a map page must know before it draws anything."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.core import clock
from gis.core.access import WHOLE, Scope
from gis.db.session import ReadSession
from gis.profiles import Profile
from gis.tiles.queries import find_map_facts
from gis.tiles.topology import topology_version
from gis.tiles.tracts import MOST_AT_ONCE, overview_version


@dataclass(frozen=True, slots=True)
class CategoryClassName:
    """A class of events and its names."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class MapOverview:
    """The deployment as a map page needs it.

    Attributes
    ----------
    profile
        Which deployment.
    home_code, home_name, home_name_en
        The division at the top: the deployment's root, or what whoever asks may see.
    is_schematic
        Whether the data is generated: every map then says 示意.
    generation, effective_from, topology_version
        The newest boundaries, and the digest in their address.
    bounds
        West, south, east, north of all grids; degrees.
    grids
        How many grids there are, exclusive ones included; not counted beyond the limit.
    is_large
        Whether there are more than may be sent at once: the map begins with an overview.
    first_day, last_day
        Days of the first and the last event in Asia/Shanghai; None without events.
    levels, kinds
        Slug → (Chinese, English) name.
    classes
        Classes of events, in the order of their codes.
    """

    profile: str
    home_code: str
    home_name: str
    home_name_en: str
    is_schematic: bool
    generation: int
    effective_from: dt.date
    topology_version: str
    bounds: tuple[float, float, float, float]
    grids: int
    is_large: bool
    first_day: dt.date | None
    last_day: dt.date | None
    levels: dict[str, tuple[str, str]]
    kinds: dict[str, tuple[str, str]]
    classes: tuple[CategoryClassName, ...]


def map_overview(
    session: ReadSession,
    profile: Profile,
    home: str | None = None,
    *,
    scope: Scope = WHOLE,
    most: int = MOST_AT_ONCE,
) -> MapOverview | None:
    """Describe the deployment for a map page.

    Parameters
    ----------
    session
        Reads the deployment; sees what whoever asks may see.
    profile
        The profile that the deployment names.
    home
        Division at the top; the deployment's root by default.
    scope
        What the session sees.
    most
        So many grids are sent at once.

    Returns
    -------
    MapOverview or None
        None until both divisions and boundaries are loaded.
    """
    tops = None if scope.is_whole else list(scope.divisions)
    row = find_map_facts(session, home, tops, most)
    if row is None or not row.grids:
        return None
    return MapOverview(
        profile=row.profile,
        home_code=row.home_code,
        home_name=row.home_name,
        # Only the root has an English name.
        home_name_en=profile.root.name_en if row.is_root else row.home_name,
        is_schematic=row.is_schematic,
        generation=row.generation,
        effective_from=row.effective_from,
        topology_version=_version(session, row.generation, scope, is_large=row.is_large),
        bounds=(row.west, row.south, row.east, row.north),
        grids=row.grids,
        is_large=row.is_large,
        first_day=_local_day(row.first_event_at),
        last_day=_local_day(row.last_event_at),
        levels={level.slug: (level.name_zh, level.name_en) for level in profile.levels},
        kinds={kind: (label.name_zh, label.name_en) for kind, label in profile.kinds.items()},
        classes=tuple(
            CategoryClassName(code=c.code, name_zh=c.name_zh, name_en=c.name_en)
            for c in profile.catalogue.classes
        ),
    )


def _version(session: ReadSession, generation: int, scope: Scope, *, is_large: bool) -> str:
    if is_large:
        return overview_version(session, generation, scope=scope)
    return topology_version(session, generation)


def _local_day(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.astimezone(clock.SHANGHAI).date()
