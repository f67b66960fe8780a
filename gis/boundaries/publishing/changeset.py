"""Publish an approved changeset as a new generation, in one transaction.

The cost follows the change: only its grids, those around them and the points in them are read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import text

from gis.boundaries.derive import followed_columns
from gis.boundaries.descent import write_lineage
from gis.boundaries.publish import Publication, changed_boxes, refile_area, stored_shapes
from gis.boundaries.publishing.draft import Draft, Working, claim_draft, read_working
from gis.boundaries.publishing.gates import (
    effective_day,
    freshened,
    require_exclusive,
    require_members,
    require_new_codes,
    require_same_footprint,
    require_scope,
    require_sound,
)
from gis.boundaries.publishing.nearby import boundaries_after, small_locator, surroundings
from gis.boundaries.publishing.outlines import (
    moved_divisions,
    require_no_later_outline,
    rewrite_outlines,
)
from gis.boundaries.refile import Area
from gis.boundaries.rules import division_paths
from gis.boundaries.telling import tell_changeset, tell_published
from gis.boundaries.versions import (
    Moment,
    Revision,
    Source,
    add_generation,
    follow,
    versions_where,
    write_grids,
)
from gis.db.session import WriteSession
from gis.divisions.locking import claim_counties
from gis.grids import lock_publications

#: What a published changeset of a kind is called in the history.
KINDS = {"edit": "publish", "import": "import", "rollback": "rollback"}
#: Gives a grid that was retired its code again; nothing else does.
ROLLBACK = "rollback"


def publish_changeset(session: WriteSession, changeset_id: int, *, actor: str) -> Publication:
    """Put an approved changeset into force.

    Parameters
    ----------
    session
        The open transaction; sees the whole deployment.
    changeset_id
        Which one.
    actor
        In whose name, as the history tells it.

    Returns
    -------
    Publication

    Raises
    ------
    NotFound
        There is no such changeset.
    Conflict
        It is not approved; a grid was changed by others since; an outline holds from a later day.
    Forbidden
        It reaches beyond the townships that it was approved for.
    Invalid, NotTiling
        It would break a rule. In every case nothing is written.
    """
    lock = lock_publications(session)
    draft = claim_draft(session, changeset_id)
    day = effective_day(draft)
    working = read_working(session, draft)
    require_sound(working)
    working = freshened(session, working, day)
    around = surroundings(session, working)
    working, paths = _proved(session, draft, working, around)
    after = boundaries_after(around, working)
    require_exclusive(after, set(working.codes), paths)
    outlines = moved_divisions(working, paths)
    require_no_later_outline(session, outlines, day)
    source = Source(KINDS[draft.kind], draft.title, actor, changeset_id)
    moment = Moment(add_generation(session, working.after, day, source), day)
    may_come_back = draft.kind == ROLLBACK
    revision, derived = _revised(
        session, working, around, after, moment, may_come_back=may_come_back
    )
    ids = write_grids(session, revision, derived)
    rewrite_outlines(session, outlines, paths, moment)
    locator = small_locator(revision.grids, ids, moment.generation)
    # From here on reports of events wait, until we commit.
    claim_counties(session, [draft.county_code])
    area = Area([draft.county_code], changed_boxes(revision))
    filed = refile_area(session, area, locator)
    write_lineage(session, revision, ids, filed.households)
    _close(session, draft, moment, actor)
    tell_published(session, moment, [draft.county_code])
    lock.outwait_leases()
    changes = working.changes
    return Publication(
        generation=moment.generation,
        grids=len(working.after),
        created=len(changes.created),
        changed=len(changes.changed),
        retired=len(changes.retired),
        refiled_households=len(filed.households),
        refiled_events=len(filed.events),
    )


def _proved(
    session: WriteSession, draft: Draft, working: Working, around: pd.DataFrame
) -> tuple[Working, dict[str, list[str]]]:
    """Return the draft as it is stored, once it has passed all gates of the basic layer."""
    owners = {*around["division_code"], *working.after["division_code"]}
    paths = division_paths(session, sorted(owners))
    require_members(working, draft, paths)
    if draft.kind != ROLLBACK:
        require_new_codes(session, working)
    shapes = stored_shapes(working.after["geometry"].to_numpy())
    working = replace(working, after=working.after.assign(geometry=list(shapes)))
    require_same_footprint(working)
    require_scope(working, draft, paths)
    return working, paths


def _revised(
    session: WriteSession,
    working: Working,
    around: pd.DataFrame,
    after: pd.DataFrame,
    moment: Moment,
    *,
    may_come_back: bool,
) -> tuple[Revision, pd.DataFrame]:
    """Return what to write, and its derived columns."""
    back = _coming_back(session, working) if may_come_back else None
    before = around if back is None else pd.concat([around, back])
    known, changes = before["colour_index"].to_dict(), working.changes
    derived = followed_columns(after, known, {*changes.created, *changes.changed})
    # At the rim neighbours are missing: what is derived there means nothing.
    inner = _settled(working, after)
    followed = follow(before, after[inner], changes, derived[inner])
    return Revision(before, after, followed, moment), derived


def _coming_back(session: WriteSession, working: Working) -> pd.DataFrame:
    """Return the last versions of grids that are created with a code that was given before."""
    codes = working.changes.created
    if not codes:
        return working.before.iloc[:0]
    return versions_where(
        session,
        "(county_code, grid_version_id) IN (SELECT county_code, max(grid_version_id)"
        " FROM grid_version WHERE code = ANY(:codes) GROUP BY county_code, code)",
        codes=codes,
    )


def _settled(working: Working, after: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which grids touch the change: of these all neighbours are known."""
    shapes = after.geometry.to_numpy()
    changed = [*shapely.from_wkb([bytes(wkb) for wkb in working.before["wkb"]])]
    changed += list(working.after.geometry)
    hit = shapely.STRtree(changed).query(shapes, predicate="intersects")[0]
    inner = np.zeros(len(after), dtype=bool)
    inner[hit] = True
    return inner


def _close(session: WriteSession, draft: Draft, moment: Moment, actor: str) -> None:
    version = session.execute(
        text(
            "UPDATE changeset SET state = 'published', published_generation = :generation,"
            " version = version + 1, updated_at = now(),"
            " scheduled_at = NULL, scheduled_by = NULL, schedule_refusal = NULL"
            " WHERE county_code = :county AND changeset_id = :id RETURNING version"
        ),
        {
            "generation": moment.generation,
            "county": draft.county_code,
            "id": draft.changeset_id,
        },
    ).scalar_one()
    tell_changeset(
        session,
        draft.changeset_id,
        version=version,
        state="published",
        by=actor,
        scope_codes=draft.scope_codes,
    )
