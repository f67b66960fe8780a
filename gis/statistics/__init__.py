"""Figures of divisions and grids."""

from gis.statistics.model import (
    ClassFigures,
    DivisionFigures,
    EventFigures,
    GridFigures,
    MonthFigures,
    People,
    Period,
    Rate,
    RegisterRow,
    StoreFigures,
    Worker,
    rate_of,
)
from gis.statistics.queries import count_people_of_grid, count_store, group_events_of_grid
from gis.statistics.service import (
    by_class,
    by_month,
    division_figures,
    event_rates,
    register_row,
    sum_events,
)
from gis.statistics.workload import Outlier

__all__ = [
    "ClassFigures",
    "DivisionFigures",
    "EventFigures",
    "GridFigures",
    "MonthFigures",
    "Outlier",
    "People",
    "Period",
    "Rate",
    "RegisterRow",
    "StoreFigures",
    "Worker",
    "by_class",
    "by_month",
    "count_people_of_grid",
    "count_store",
    "division_figures",
    "event_rates",
    "group_events_of_grid",
    "rate_of",
    "register_row",
    "sum_events",
]
