"""Indicators: what surveys and lists count by area, and shares of age groups."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.profile.base import Identifier, OptionalIdentifier, Table

IndicatorKind = Literal["share", "count", "mean"]


class Indicator(Table):
    """
    A figure for each area of a layer, from a table that is already counted by area, or of age groups.

    A share is ``value_field`` in per cent, or ``numerator_field`` of ``denominator_field``; without a
    source it is the share of ``age_group`` in ``of``, in every layer.
    """

    id: Identifier
    label: str
    label_en: str = ""
    kind: IndicatorKind = "share"
    source: OptionalIdentifier = ""
    layer: OptionalIdentifier = ""
    area_field: str = ""
    """The area's id or name; found by its meaning where it is not named."""
    value_field: str = ""
    numerator_field: str = ""
    denominator_field: str = ""
    respondents_field: str = ""
    """How many answered: a share then has the interval of a sample of so many."""
    age_group: str = ""
    of: str = "total"
    unit: str = ""
    as_of: str = ""
    note: str = ""
    small_below: Annotated[int, Field(ge=1)] | None = None
    """A sample below this is marked; of fewer than ``privacy.small_number`` no figure is kept at all."""
    flag_from: float | None = None
    """From this value on an area bears ``flag``."""
    flag: str = ""
    flag_en: str = ""

    @model_validator(mode="after")
    def _of_one_origin(self) -> Self:
        if bool(self.source) == bool(self.age_group):
            msg = f"indicator {self.id}: give a source or an age_group"
            raise ValueError(msg)
        if self.age_group and self.kind != "share":
            msg = f"indicator {self.id}: of age groups there are shares alone"
            raise ValueError(msg)
        if self.source and not self.layer:
            msg = f"indicator {self.id}: a table needs the layer that its rows are about"
            raise ValueError(msg)
        parts = bool(self.numerator_field), bool(self.denominator_field)
        if self.source and not self.value_field and not (self.kind == "share" and all(parts)):
            msg = f"indicator {self.id}: give value_field, or both numerator_field and denominator_field"
            raise ValueError(msg)
        if any(parts) and not all(parts):
            msg = f"indicator {self.id}: numerator_field and denominator_field go together"
            raise ValueError(msg)
        if (self.flag_from is None) != (not self.flag):
            msg = f"indicator {self.id}: flag_from and flag go together"
            raise ValueError(msg)
        return self
