"""The teachers' desk: administrative services at the door, and by when they are done."""

from __future__ import annotations

from datetime import date, timedelta

from servicekit.codes import LabelledEnum
from servicekit.workdays import Workdays
from volunteers.domain.states import Machine


class ServiceState(LabelledEnum):
    """Where a teacher's request stands."""

    REQUESTED = "requested", "待受理", "requested"
    ASSIGNED = "assigned", "已派单", "assigned"
    SCHEDULED = "scheduled", "已预约", "scheduled"
    DONE = "done", "已办结", "done"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"


R = ServiceState
REQUEST = Machine[ServiceState](
    "request",
    {
        R.REQUESTED: (R.ASSIGNED, R.WITHDRAWN),
        R.ASSIGNED: (R.SCHEDULED, R.WITHDRAWN),
        R.SCHEDULED: (R.DONE, R.WITHDRAWN),
        R.DONE: (),
        R.WITHDRAWN: (),
    },
)
OPEN = frozenset({R.REQUESTED, R.ASSIGNED, R.SCHEDULED})


def due_on(requested_on: date, working_days: int, is_workday: Workdays) -> date:
    """The working day by whose end it shall be done; the day of the request does not count."""
    day = requested_on
    while working_days:
        day += timedelta(days=1)
        working_days -= is_workday(day)
    return day
