"""Provision: what is assumed about seats and about how many residents take part."""

from typing import Annotated

from pydantic import Field

from services.profile.base import Table


class Provision(Table):
    """Assumptions on seats and participation, each with its origin."""

    seats_per_session: Annotated[float, Field(gt=0)] = 20.0
    """Of a place whose capacity and floor area are not known; also of a further place."""
    seats_origin: str = "seats"
    m2_per_person: Annotated[float, Field(gt=0)] = 2.0
    """Floor area that one person takes, where a place has a floor area and no capacity."""
    m2_origin: str = "m2_per_person"
    participation_pct: Annotated[float, Field(gt=0, le=100)] = 8.0
    """Share of the residents who take part, once a week."""
    participation_origin: str = "participation"
    decay_short_m: Annotated[float, Field(gt=0)] = 158.0
    decay_long_m: Annotated[float, Field(gt=0)] = 1288.0
    """Participation falls as exp(-walk / decay): quickly by the one, hardly by the other."""
    decay_origin: str = "decay"
