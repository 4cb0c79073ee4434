"""What a model town of each size must have."""

from dataclasses import dataclass
from typing import Literal

Size = Literal["small", "city"]

PLANE_EPSG = 6677
ORIGIN_EAST_M = 150_600.0
ORIGIN_NORTH_M = -20_000.0
"""In the Pacific east of Chōshi, about 141.5° E, 35.8° N: nobody takes it for a real city."""


@dataclass(frozen=True)
class TownPlan:
    """Lengths, counts and totals of one size."""

    half_width_m: float
    half_height_m: float
    margin_m: float
    centre_radius_m: float
    arterial_spacing_m: float
    river_half_width_m: float
    relief_wavelength_m: float
    urban_share: float
    bridges: int
    level_crossings: int
    underpasses: int
    footbridges: int
    branch_line: bool
    residents: int
    elderly: int
    buildings: int
    small_areas: int
    neighbourhoods: int
    schools: int
    community_areas: int
    daily_life_areas: int
    places: int
    weekly_places: int


PLANS: dict[Size, TownPlan] = {
    "small": TownPlan(
        half_width_m=1960.0,
        half_height_m=1560.0,
        margin_m=450.0,
        centre_radius_m=520.0,
        arterial_spacing_m=620.0,
        river_half_width_m=24.0,
        relief_wavelength_m=1900.0,
        urban_share=0.5,
        bridges=3,
        level_crossings=2,
        underpasses=1,
        footbridges=1,
        branch_line=False,
        residents=40_000,
        elderly=10_460,
        buildings=15_700,
        small_areas=60,
        neighbourhoods=40,
        schools=6,
        community_areas=4,
        daily_life_areas=2,
        places=24,
        weekly_places=6,
    ),
    "city": TownPlan(
        half_width_m=6850.0,
        half_height_m=5530.0,
        margin_m=500.0,
        centre_radius_m=950.0,
        arterial_spacing_m=720.0,
        river_half_width_m=38.0,
        relief_wavelength_m=3600.0,
        urban_share=0.52,
        bridges=9,
        level_crossings=14,
        underpasses=5,
        footbridges=3,
        branch_line=True,
        residents=433_621,
        elderly=112_611,
        buildings=170_000,
        small_areas=320,
        neighbourhoods=300,
        schools=42,
        community_areas=21,
        daily_life_areas=7,
        places=226,
        weekly_places=40,
    ),
}
