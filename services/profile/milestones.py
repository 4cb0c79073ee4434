"""Milestones: how far an area is with its council, coordinator, base or committee, and since when."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.profile.base import Identifier, Table
from services.words.dates import span_of
from services.words.vocabulary import ESTABLISHED, MilestoneKind, Stage


class MilestoneName(Table):
    """What a kind of milestone is called there, and whether the list of its areas is whole."""

    kind: MilestoneKind
    layer: Identifier
    label: str
    label_en: str = ""
    stages: dict[Stage, str] = Field(default_factory=dict)
    """Stage → what it is called there: ``preparing = "準備会"``."""
    complete: bool = False
    """Every area that has one is listed: the areas that are not listed have none."""


class Milestone(Table):
    """
    One area that has come so far, or how many areas of a layer had, as a document gives it.

    An area that has come far is ``area``; a figure is ``number`` of ``of`` areas, or ``share_pct``.
    """

    kind: MilestoneKind
    layer: Identifier
    area: str = ""
    """Id or name of the area; empty where a document gives a figure alone."""
    stage: Stage = ESTABLISHED
    date: str = ""
    """2016-03-01, 2016-03, 2016, FY2016, 平成28年度: since when, of a figure as of when."""
    planned: bool = False
    number: Annotated[int, Field(ge=0)] | None = None
    of: Annotated[int, Field(ge=1)] | None = None
    share_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    approximate: bool = False
    """約: the document itself rounds."""
    doc: str = ""
    page: Annotated[int, Field(ge=1)] | None = None
    line: Annotated[int, Field(ge=1)] | None = None
    page_basis: Literal["printed", "inferred"] = "printed"
    note: str = ""

    @model_validator(mode="after")
    def _one_area_or_a_figure(self) -> Self:
        figures = (self.number is not None) + (self.share_pct is not None)
        if bool(self.area) == bool(figures) or figures > 1:
            msg = "give one of area, number (with of) or share_pct"
            raise ValueError(msg)
        if self.number is not None and self.of is not None and self.number > self.of:
            msg = f"{self.number} of {self.of} areas: there are not so many"
            raise ValueError(msg)
        if self.date and span_of(self.date) is None:
            msg = (
                f"the date {self.date!r} cannot be read; write 2016-03-01, 2016-03, 2016, FY2016 "
                "or leave it out"
            )
            raise ValueError(msg)
        if figures and not self.date:
            msg = "a figure needs the date that it is of"
            raise ValueError(msg)
        return self


class MilestoneTable(Table):
    """A table of milestones, a row an area; columns that are not named are found by their meaning."""

    source: Identifier
    layer: Identifier
    kind: MilestoneKind
    """Of every row, where no column tells it."""
    area_field: str = ""
    kind_field: str = ""
    stage_field: str = ""
    date_field: str = ""
    planned_field: str = ""
    note_field: str = ""
