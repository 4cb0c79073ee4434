"""Meetings: what kinds a town has, what an agenda begins with, what units are asked for."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.profile.base import Identifier, Table

Attachment = Literal["area_sheet", "city_sheet", "map", "places", "decisions", "plan", "workshop"]
"""What lies on the table: sheets, the map, the list of places, decisions, plan items, the workshop's form."""


class _Named(Table):
    id: Identifier
    label: str
    label_en: str = ""
    """Empty: the label stands in both languages."""

    def called(self, lang: str) -> str:
        """Return its name in a language."""
        return self.label_en if lang == "en" and self.label_en else self.label


class MeetingKind(_Named):
    """A kind of meeting as a town calls it; with none in the profile the usual ones hold."""

    origin: str = ""


class AgendaTemplate(_Named):
    """What every agenda of a kind begins with, and what is attached."""

    items: Annotated[list[str], Field(min_length=1)]
    items_en: list[str] = Field(default_factory=list)
    """The same items in the same order; empty: the items stand in both languages."""
    attachments: list[Attachment] = Field(default_factory=list)
    origin: str = ""

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if self.items_en and len(self.items_en) != len(self.items):
            msg = f"items has {len(self.items)} items, items_en {len(self.items_en)}; give as many"
            raise ValueError(msg)
        return self


class SurveyQuestion(_Named):
    """One question of a survey of units; only ``number`` and ``yes_no`` are summed."""

    kind: Literal["number", "yes_no", "text"] = "number"


class UnitSurvey(_Named):
    """What the units of a layer are asked for, so that their council sees the sums."""

    layer: Identifier
    questions: Annotated[list[SurveyQuestion], Field(min_length=1)]
    origin: str = ""
