"""Everything that can go wrong in gridmap, as a small tree of errors without HTTP.

::

    GridmapError
    ├── Invalid          the input is wrong: says where, why and what to do
    │   ├── UnknownCrs       a coordinate system that is not known or not accepted
    │   ├── OutOfBounds      a position outside the deployment's box
    │   ├── BadProfile       a profile file that cannot be used
    │   ├── BadFile          a file that cannot be read as what it claims to be
    │   ├── NotTiling        basic grids with gaps or overlaps
    │   ├── EditRefused      an operation on boundaries that would break a rule
    │   └── RowsRefused      an import in which rows were refused
    ├── NotFound         the thing asked for does not exist
    │   └── OutsideEveryGrid the point lies in no grid
    ├── Conflict         the state of the data forbids it
    ├── PreconditionRequired  it was not said on which version a change is meant
    ├── PreconditionFailed    the thing has another version by now
    ├── Unidentified     nobody has said who asks, or it could not be believed
    ├── Forbidden        whoever asks may not do this, or not here
    ├── TooMany          too much was asked in too short a time
    └── Unavailable      something that we depend on does not answer

``api.problems`` maps the families to HTTP statuses; ``gis.cli`` prints them.
"""

from __future__ import annotations

from typing import Any


class GridmapError(Exception):
    """An error that a user can understand and act on.

    Parameters
    ----------
    detail
        What happened, where, and what to do, in English.
    zh
        The same in Chinese; the English text where it is not given.
    **extra
        Further members for machines (they become members of the problem document).
    """

    slug = "error"

    def __init__(self, detail: str, *, zh: str = "", **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.detail_zh = zh or detail
        self.extra = extra


class Invalid(GridmapError):
    """The input is wrong."""

    slug = "invalid"


class UnknownCrs(Invalid):
    """A coordinate system that is not known, or that is refused with a reason."""

    slug = "unknown-crs"


class OutOfBounds(Invalid):
    """A position that lies outside the deployment's box."""

    slug = "out-of-bounds"


class BadProfile(Invalid):
    """A profile file that cannot be used; names the file, the key and the reason."""

    slug = "bad-profile"


class BadFile(Invalid):
    """A file that cannot be read as what it claims to be."""

    slug = "bad-file"


class NotTiling(Invalid):
    """Basic grids that leave gaps or overlap."""

    slug = "not-tiling"


class EditRefused(Invalid):
    """An operation on boundaries that would break a rule.

    ``extra["errors"]`` lists what is wrong as documents, `faults` as `gis.core.editing.Fault`.
    """

    slug = "edit-refused"
    faults: tuple[Any, ...] = ()


class RowsRefused(Invalid):
    """An import in which some rows were refused, so that nothing was loaded."""

    slug = "rows-refused"


class NotFound(GridmapError):
    """The thing asked for does not exist."""

    slug = "not-found"


class OutsideEveryGrid(NotFound):
    """The point lies in no grid."""

    slug = "outside-every-grid"


class Conflict(GridmapError):
    """The state of the data forbids it."""

    slug = "conflict"


class PreconditionRequired(GridmapError):
    """It was not said on which version of a thing a change is meant."""

    slug = "precondition-required"


class PreconditionFailed(GridmapError):
    """The thing that a change is meant for has another version by now."""

    slug = "precondition-failed"


class Unidentified(GridmapError):
    """Nobody has said who asks, or it could not be believed."""

    slug = "unidentified"


class Forbidden(GridmapError):
    """Whoever asks may not do this, or not here."""

    slug = "forbidden"


class TooMany(GridmapError):
    """Too much was asked in too short a time; ``retry_after_s`` tells when to ask again."""

    slug = "too-many"


class Unavailable(GridmapError):
    """Something that gridmap depends on does not answer."""

    slug = "unavailable"
