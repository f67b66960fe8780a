"""A profile: all that differs between one deployment and another, as data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from gis.profiles.calendar import Calendar
from gis.profiles.catalogue import Catalogue
from gis.profiles.rules import Record, Slug, broken, refuse_duplicates
from gis.profiles.totals import Demo

Phase = Literal[
    "collect",
    "discover",
    "report",
    "triage",
    "assign",
    "handle",
    "feedback",
    "evaluate",
    "score",
    "archive",
]
Count = Literal[
    "accepted", "closed", "screened", "resolved", "evaluated", "satisfied", "on_time", "repeated"
]
GridKind = Literal["rural", "community", "exclusive"]


class Label(Record):
    """A name in Chinese and in English."""

    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class Root(Record):
    """The division at the top of the deployment."""

    code: str = Field(pattern=r"^\d{12}$")
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class Level(Label):
    """A level of the tree; its depth is its index, 0 at the root."""

    slug: Slug
    admin: bool = Field(description="Whether nodes of the level have an official code.")


class Role(Label):
    """A role of the staff."""

    slug: Slug


class Exclusive(Record):
    """Rules for exclusive grids (专属网格)."""

    owner_levels: tuple[Slug, ...] = Field(min_length=1)
    mode: Literal["overlay"] = Field(description="They lie over the basic grids, which stay whole.")


class Heads(Record):
    """How many heads (网格长) a node has, by level, and a grid, by kind."""

    levels: dict[Slug, int] = Field(default_factory=dict)
    kinds: dict[GridKind, int] = Field(default_factory=dict)


class Step(Label):
    """A step of a workflow, and the canonical phase that it stands for."""

    slug: Slug
    phase: Phase
    also: tuple[Phase, ...] = Field(default=(), description="Further phases done in this step.")


class Workflow(Label):
    """The steps that an event of some categories goes through."""

    slug: Slug
    categories: tuple[str, ...] = Field(
        min_length=1, description="Class or category codes, or `*` for all the others."
    )
    steps: tuple[Step, ...] = Field(min_length=2)
    closing_step: Slug = Field(description="From this step on an event counts as closed (办结).")
    terminal_steps: tuple[Slug, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_are_known(self) -> Self:
        slugs = [step.slug for step in self.steps]
        refuse_duplicates("steps", slugs)
        for key, value in (
            ("closing_step", self.closing_step),
            *((f"terminal_steps[{n}]", v) for n, v in enumerate(self.terminal_steps)),
        ):
            if value not in slugs:
                raise broken(key, f"{value!r} is not a step; the steps are {', '.join(slugs)}")
        return self

    def index_of(self, slug: str) -> int:
        """Return the position of a step.

        Parameters
        ----------
        slug
            A step of this workflow.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        KeyError
            If there is no such step.
        """
        for n, step in enumerate(self.steps):
            if step.slug == slug:
                return n
        raise KeyError(slug)

    def closes(self, slug: str) -> bool:
        """Tell whether an event in this step counts as closed (办结).

        Parameters
        ----------
        slug
            A step of this workflow.

        Returns
        -------
        bool
            True from `closing_step` on.

        Raises
        ------
        KeyError
            If there is no such step.
        """
        return self.index_of(slug) >= self.index_of(self.closing_step)


class Kpi(Label):
    """A rate, as one count divided by another; what it is divided by is always said."""

    slug: Slug
    numerator: Count
    denominator: Count
    categories: tuple[str, ...] = Field(default=("*",), min_length=1)
    target: float | None = Field(default=None, ge=0, le=1)


class Profile(Record):
    """A deployment: its tree, rules, workflows, rates, and the totals of its demo data.

    Notes
    -----
    Source: ``docs/sources.md`` (the five deployments, codes, categories, roles).
    """

    name: Slug
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    root: Root
    bounds: tuple[float, float, float, float] = Field(
        description="West, south, east, north; degrees, EPSG:4490."
    )
    area_km2: float = Field(gt=0)
    divisions: Path | None = Field(default=None, description="CSV of the real divisions.")
    levels: tuple[Level, ...] = Field(min_length=2)
    kinds: dict[GridKind, Label] = Field(min_length=1)
    exclusive: Exclusive | None = None
    heads: Heads
    roles: tuple[Role, ...] = Field(min_length=1)
    workflows: tuple[Workflow, ...] = Field(min_length=1)
    kpis: tuple[Kpi, ...] = Field(min_length=1)
    catalogue: Catalogue
    calendar: Calendar
    demo: Demo | None = Field(default=None, description="Totals of the demo data, if any.")

    @model_validator(mode="after")
    def _lists_are_unique(self) -> Self:
        refuse_duplicates("levels", [level.slug for level in self.levels])
        refuse_duplicates("roles", [role.slug for role in self.roles])
        refuse_duplicates("workflows", [flow.slug for flow in self.workflows])
        refuse_duplicates("kpis", [kpi.slug for kpi in self.kpis])
        return self

    @model_validator(mode="after")
    def _bounds_are_forward(self) -> Self:
        west, south, east, north = self.bounds
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise broken(
                "bounds",
                f"must be west < east and south < north in degrees, not {list(self.bounds)}",
            )
        return self

    @model_validator(mode="after")
    def _categories_are_known(self) -> Self:
        for table in ("workflows", "kpis"):
            for n, row in enumerate(getattr(self, table)):
                for m, code in enumerate(row.categories):
                    if code != "*" and not self.catalogue.knows(code):
                        key = f"{table}[{n}].categories[{m}]"
                        raise broken(key, f"{code!r} is not in the event catalogue")
        if not any("*" in flow.categories for flow in self.workflows):
            raise broken("workflows", 'none applies to all other categories ("*")')
        for n, incident in enumerate(self.demo.incidents if self.demo else ()):
            if not self.catalogue.knows(incident.category):
                key = f"demo.incidents[{n}].category"
                raise broken(key, f"{incident.category!r} is not in the event catalogue")
        return self

    @model_validator(mode="after")
    def _nodes_are_known(self) -> Self:
        slugs = [level.slug for level in self.levels]
        if self.exclusive:
            for n, slug in enumerate(self.exclusive.owner_levels):
                _expect(f"exclusive.owner_levels[{n}]", slug, slugs[:-1])
        for slug in self.heads.levels:
            _expect(f"heads.levels.{slug}", slug, slugs[:-1])
        for kind in self.heads.kinds:
            _expect(f"kinds.{kind}", kind, list(self.kinds))
        return self

    @model_validator(mode="after")
    def _demo_fits_the_tree(self) -> Self:
        if self.demo is None:
            return self
        slugs = [level.slug for level in self.levels]
        groups = ["grid", "basic", "exclusive", *slugs[:-1]]
        for kind in self.demo.grids:
            _expect(f"kinds.{kind}", kind, list(self.kinds))
        for table in ("staff", "assets", "party"):
            for n, row in enumerate(getattr(self.demo, table)):
                allowed = [*groups, "rule"] if table == "staff" else groups
                _expect(f"demo.{table}[{n}].over", row.over, allowed)
        for n, row in enumerate(self.demo.staff):
            _expect(f"demo.staff[{n}].role", row.role, [role.slug for role in self.roles])
        if sorted(self.demo.divisions) != sorted(slugs[:-1]):
            raise broken("demo.divisions", f"must count each of {', '.join(slugs[:-1])}")
        return self

    @model_validator(mode="after")
    def _exclusive_is_ruled(self) -> Self:
        if self.demo and self.demo.grids.get("exclusive", 0) and self.exclusive is None:
            raise broken("exclusive", "missing, though demo.grids has exclusive grids")
        return self

    @model_validator(mode="after")
    def _heads_add_up(self) -> Self:
        if self.demo is None:
            return self
        expected = self.heads_by_rule(self.demo.divisions, self.demo.grids)
        for n, row in enumerate(self.demo.staff):
            if row.over == "rule" and row.count != expected:
                reason = f"the head rules give {expected}, not {row.count}"
                raise broken(f"demo.staff[{n}].count", reason)
        return self

    def heads_by_rule(self, divisions: dict[str, int], grids: dict[str, int]) -> int:
        """Count the heads that the rules ask for.

        Parameters
        ----------
        divisions
            Number of divisions by level slug.
        grids
            Number of grids by kind.

        Returns
        -------
        int
            Heads in all.
        """
        of_levels = sum(n * divisions.get(slug, 0) for slug, n in self.heads.levels.items())
        return of_levels + sum(n * grids.get(kind, 0) for kind, n in self.heads.kinds.items())

    @property
    def grid_level(self) -> Level:
        """The lowest level, whose nodes are the basic grids."""
        return self.levels[-1]

    def workflow_for(self, category_code: str) -> Workflow:
        """Choose the workflow of a category: the longest code that fits wins.

        Parameters
        ----------
        category_code
            Four digits.

        Returns
        -------
        Workflow
            The one for the category, else for its class, else for all (`*`).
        """
        for key in (category_code, category_code[:2], "*"):
            for flow in self.workflows:
                if key in flow.categories:
                    return flow
        # _categories_are_known has made sure of a workflow for "*".
        raise AssertionError(category_code)


def _expect(key: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise broken(key, f"{value!r} is not one of {', '.join(allowed)}")
