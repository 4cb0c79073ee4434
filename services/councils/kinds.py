"""What may be told of each kind of paper that a council keeps, and what each of its words means."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.editing import Latitude, Longitude

LINE_MOST, TEXT_MOST, POINTS_MOST = 200, 4000, 200
Line = Annotated[
    str,
    StringConstraints(max_length=LINE_MOST, pattern=r"^[^\x00-\x1f\x7f]*$", strip_whitespace=True),
]
Lines = Annotated[
    str,
    StringConstraints(
        max_length=TEXT_MOST, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$", strip_whitespace=True
    ),
]
Needed = Annotated[Line, StringConstraints(min_length=1)]
Clock = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]

MeetingStatus = Literal["planned", "held", "cancelled"]
MEETING_STATUSES: tuple[MeetingStatus, ...] = get_args(MeetingStatus)
Box = Literal["strength", "trouble", "lacking", "help"]
"""The four boxes of a workshop's form."""
BOXES: tuple[Box, ...] = get_args(Box)
Level = Literal["unit", "council", "municipality"]
"""Where an item stands: with a unit (町内), with its council, with the municipality."""
LEVELS: tuple[Level, ...] = get_args(Level)
ItemStatus = Literal["open", "taken_up", "passed_up", "answered", "closed"]
ITEM_STATUSES: tuple[ItemStatus, ...] = get_args(ItemStatus)
NEXT_OF_ITEM: dict[str, tuple[ItemStatus, ...]] = {
    "": ("open",),
    "open": ("taken_up", "passed_up", "answered", "closed"),
    "passed_up": ("taken_up", "answered", "closed"),
    "taken_up": ("passed_up", "answered", "closed"),
    "answered": ("open", "passed_up", "closed"),
    "closed": ("open",),
}
"""Status → what may follow; ``passed_up`` is one that waits on the level above."""
TaskStatus = Literal["not_begun", "under_way", "done", "dropped"]
TASK_STATUSES: tuple[TaskStatus, ...] = get_args(TaskStatus)


class PaperFields(BaseModel):
    """What is told of a paper; no names of persons, in none of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class MeetingFields(PaperFields):
    """A meeting; its day, hours, kind, title, venue and status are for everybody, the rest is not."""

    date: Needed
    starts: Clock = ""
    ends: Clock = ""
    title: Needed
    kind: Line
    """Id of a kind of the town."""
    venue: Line = ""
    status: MeetingStatus = "planned"
    attendance: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """How many came; None is not known."""
    template: Line = ""
    """Id of the template of its agenda."""
    items: Lines = ""
    """Items of its agenda beside those of the template, one a line."""
    minutes: Lines = ""


class AreaFields(PaperFields):
    """What is pinned to an area; without one to all of the council's."""

    layer: Line = ""
    area_id: Line = ""


class WorkshopFields(AreaFields):
    """What was written into a box of the workshop's form, at a point or along a line where it has one."""

    box: Box
    text: Annotated[Lines, StringConstraints(min_length=1)]
    meeting_id: Line = ""
    coordinates: Annotated[list[tuple[Longitude, Latitude]], Field(max_length=POINTS_MOST)] = Field(
        default_factory=list
    )
    """Longitude and latitude: one position is a point, several are a line."""


class ItemFields(AreaFields):
    """Something to be solved, which goes up where it cannot be solved here."""

    title: Needed
    detail: Lines = ""
    level: Level = "council"
    status: ItemStatus = "open"
    answer: Lines = ""
    meeting_id: Line = ""


class TaskFields(AreaFields):
    """An item of a plan of activities."""

    title: Needed
    due: Line = ""
    status: TaskStatus = "not_begun"
    note: Lines = ""


class AnswerFields(AreaFields):
    """What one unit answered to a survey; a question that is not answered is not known."""

    survey: Needed
    values: dict[str, float | bool | Line | None]


class ActivityFields(AreaFields):
    """What was done on a day with whom: organisations alone."""

    date: Needed
    partner: Line = ""
    text: Annotated[Lines, StringConstraints(min_length=1)]
    next: Lines = ""


KINDS: dict[str, type[PaperFields]] = {
    "meeting": MeetingFields,
    "workshop": WorkshopFields,
    "item": ItemFields,
    "task": TaskFields,
    "answer": AnswerFields,
    "activity": ActivityFields,
}

Paper = dict[str, Any]
"""A paper as plain data: its id, kind, council, when and by whom it was changed last, and what is told."""
