"""How far each event of the demo has come: closed, resolved and satisfied in exact numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.profiles import EventTotals, Profile, Workflow

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

RECENT_DAYS = 25.0
"""Events younger than about this are the ones still open."""
STUBBORN = 0.12
"""Part of the chance to be open that does not depend on age."""
UNEVEN = 0.5
"""How much likelier an event is still open where people are overworked, in logarithms."""
RUNNING = 1e6
"""More than chance ever gives."""
SETTLE_DAYS = 10.0
"""After about so long an evaluated event reaches the end of its workflow."""


def decide_states(
    profile: Profile, totals: EventTotals, events: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Decide which events are closed and what became of them.

    Parameters
    ----------
    profile
        Gives the workflow of each category.
    totals
        What must come out.
    events
        Columns category_code, reported_at, closed_at (of all, as if closed), is_incident,
        is_running (open before all others), strain.
    rng
        Source of all chance.

    Returns
    -------
    DataFrame
        With workflow, state, phase, resolved, satisfied; closed_at is NaT for open events.
        Disputes count as closed exactly when they are resolved; incidents are closed.
    """
    dispute = events["category_code"].str.startswith("01").to_numpy(dtype=bool)
    incident = events["is_incident"].to_numpy(dtype=bool)
    age = _age_days(events["reported_at"])
    open_score = rng.exponential(size=len(events)) * (STUBBORN + np.exp(-age / RECENT_DAYS))
    open_score *= np.exp(UNEVEN * events["strain"].to_numpy())
    open_score[events["is_running"].to_numpy(dtype=bool)] += RUNNING
    open_score[incident] = -1.0
    closed = np.zeros(len(events), dtype=bool)
    closed[_lowest(open_score, dispute, totals.disputes_resolved)] = True
    closed[_lowest(open_score, ~dispute, totals.closed - totals.disputes_resolved)] = True
    asked_score = rng.exponential(size=len(events)) * (0.3 + np.exp(-age / RECENT_DAYS))
    asked = np.zeros(len(events), dtype=bool)
    asked[_lowest(asked_score, closed, totals.evaluated)] = True
    happy = np.zeros(len(events), dtype=bool)
    happy[_lowest(rng.random(len(events)), asked, totals.satisfied)] = True
    satisfied = pd.Series(happy, index=events.index).astype("boolean").mask(~asked)
    states = _states(profile, events["category_code"], closed=closed, asked=asked, age=age, rng=rng)
    closed_at = np.where(closed, events["closed_at"].to_numpy(), np.datetime64("NaT"))
    return events.assign(resolved=closed, satisfied=satisfied, closed_at=closed_at, **states)


def _age_days(reported: pd.Series) -> Floats:
    seconds = reported.to_numpy().astype("datetime64[s]").astype(np.int64)
    return np.asarray((seconds.max(initial=0) - seconds) / 86_400, dtype=np.float64)


def _lowest(score: Floats, among: Bools, count: int) -> NDArray[np.int64]:
    """Choose the `count` lowest scores among some rows."""
    rows = np.flatnonzero(among)
    return rows[np.argsort(score[rows], kind="stable")[:count]]


def _states(
    profile: Profile,
    codes: pd.Series,
    *,
    closed: Bools,
    asked: Bools,
    age: Floats,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.object_]]:
    flows = {code: profile.workflow_for(code) for code in codes.unique().tolist()}
    slug_of = {code: flow.slug for code, flow in flows.items()}
    workflow = codes.map(slug_of).to_numpy(dtype=object)
    state = np.empty(len(codes), dtype=object)
    phase = np.empty(len(codes), dtype=object)
    for flow in {flow.slug: flow for flow in flows.values()}.values():
        rows = np.flatnonzero(workflow == flow.slug)
        step = _steps(flow, closed[rows], asked[rows], age[rows], rng)
        state[rows] = np.array([s.slug for s in flow.steps], dtype=object)[step]
        phase[rows] = np.array([s.phase for s in flow.steps], dtype=object)[step]
    return {"workflow": workflow, "state": state, "phase": phase}


def _steps(
    flow: Workflow, closed: Bools, asked: Bools, age: Floats, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose the step of each event: open < closing step <= closed; evaluated ones go to the end.

    Who has been asked stands at the evaluating step or after it; who has not, before it, where
    the workflow has room for that.
    """
    closing, last = flow.index_of(flow.closing_step), len(flow.steps) - 1
    evaluating = [n for n, s in enumerate(flow.steps) if s.phase in ("evaluate", "score")]
    evaluated = max(evaluating[0] if evaluating else closing, closing)
    draw = rng.random(len(closed))
    # Old open events have come further than new ones.
    open_step = np.floor(closing * draw ** np.where(age > RECENT_DAYS, 0.4, 0.9))
    settled = draw < 1 - np.exp(-age / SETTLE_DAYS)
    asked_step = np.where(settled, last, evaluated)
    closed_step = np.where(asked, asked_step, np.minimum(closing, max(evaluated - 1, closing)))
    return np.where(closed, closed_step, np.minimum(open_step, closing - 1)).astype(np.int64)
