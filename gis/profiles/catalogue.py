"""The event catalogue (事项清单): classes, items, levels, channels and time limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from gis.profiles.rules import Record, Slug, broken, refuse_duplicates

SlaUnit = Literal["minute", "hour", "work_hour", "work_day"]


class Sla(Record):
    """One time limit (时限) of a category.

    Notes
    -----
    Source: units as in CJ/T 315-2009's implementing tables, working hours
    (工作时) and working days (工作日).
    """

    stage: Slug = Field(description="What must be done by then, for example `handle`.")
    value: int = Field(gt=0, description="Length of the limit, in `unit`.")
    unit: SlaUnit


class Category(Record):
    """One kind of event, the leaf of the catalogue, with a code of four digits."""

    code: str = Field(pattern=r"^\d{4}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    level: Literal[1, 2, 3] = Field(default=3, description="Usual urgency of such an event.")
    sla: tuple[Sla, ...] = Field(default=(), description="Overrides the limits of the class.")
    titles_zh: tuple[str, ...] = Field(
        min_length=1, description="Typical titles, used for generated events only."
    )


class CategoryClass(Record):
    """A class of events, with a code of two digits."""

    code: str = Field(pattern=r"^\d{2}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    sla: tuple[Sla, ...] = ()
    items: tuple[Category, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _items_belong(self) -> Self:
        for n, item in enumerate(self.items):
            if not item.code.startswith(self.code):
                raise broken(f"items[{n}].code", f"{item.code} is not in class {self.code}")
        return self


class EventLevel(Record):
    """An urgency: 1 特急, 2 紧急, 3 一般."""

    number: Literal[1, 2, 3]
    name_zh: str
    name_en: str


class Channel(Record):
    """The way by which an event arrives (来源)."""

    slug: Slug
    name_zh: str
    name_en: str


class Catalogue(Record):
    """The whole event catalogue.

    Notes
    -----
    Source: ``docs/sources.md`` (built from the modules of GB/T 31000 and the classes of CJ/T 214;
    names follow those standards, conformity is not claimed).
    """

    classes: tuple[CategoryClass, ...] = Field(min_length=1)
    levels: tuple[EventLevel, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        refuse_duplicates("classes", [c.code for c in self.classes])
        refuse_duplicates("classes.items", [item.code for item in self.items()])
        refuse_duplicates("channels", [c.slug for c in self.channels])
        refuse_duplicates("levels", [str(level.number) for level in self.levels])
        return self

    def items(self) -> Iterator[Category]:
        """Walk over every category, class by class.

        Returns
        -------
        Iterator[Category]
            In the order of the file.
        """
        for cls in self.classes:
            yield from cls.items

    def knows(self, code: str) -> bool:
        """Tell whether `code` is a class (2 digits) or a category (4 digits) of this list.

        Parameters
        ----------
        code
            Class or category code.

        Returns
        -------
        bool
            True if it is listed.
        """
        return any(code in (cls.code, *(i.code for i in cls.items)) for cls in self.classes)

    def sla_of(self, code: str) -> tuple[Sla, ...]:
        """Return the time limits of a category: its own, else those of its class.

        Parameters
        ----------
        code
            Category code, four digits.

        Returns
        -------
        tuple[Sla, ...]
            In the order of their stages.

        Raises
        ------
        KeyError
            If the category is not listed.
        """
        for cls in self.classes:
            for item in cls.items:
                if item.code == code:
                    return item.sla or cls.sla
        raise KeyError(code)
