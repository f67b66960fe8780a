"""Tell screens and other systems what happens to boundaries and to drafts of them."""

from __future__ import annotations

from collections.abc import Iterable

from gis.boundaries.versions import Moment
from gis.db.session import WriteSession
from gis.feeds import Kind, tell


def tell_published(session: WriteSession, moment: Moment, counties: list[str]) -> None:
    """Tell that boundaries were published; see `gis.feeds.tell`.

    Parameters
    ----------
    session
        The transaction of the publication.
    moment
        Generation and effective day.
    counties
        Six digits each.
    """
    news = {
        "generation": moment.generation,
        "effective_from": moment.effective_from.isoformat(),
        "counties": counties,
    }
    concerned = (f"{county}000000" for county in counties)
    tell(session, Kind.GENERATION_PUBLISHED, news, concerned)


def tell_changeset(
    session: WriteSession,
    changeset_id: int,
    *,
    version: int,
    state: str,
    by: str,
    scope_codes: Iterable[str],
) -> None:
    """Tell those who see a draft that it was changed; see `gis.feeds.tell`.

    Parameters
    ----------
    session
        The transaction that changes it.
    changeset_id
        Which one.
    version, state
        As they are now.
    by
        Who did it: the actor's name.
    scope_codes
        Townships (twelve digits) that it is about.
    """
    news = {"changeset_id": changeset_id, "version": version, "state": state, "by": by}
    tell(session, Kind.CHANGESET_CHANGED, news, scope_codes)
