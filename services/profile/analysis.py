"""The analysis: what is asked of a municipality, and how somebody walks there."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geo.vocabulary import NODE_TRAITS, TRAITS, Slope, Steps
from services.profile.base import Identifier
from services.profile.base import Table as _Table
from services.words.texts import text

UNFIT = {
    "ford": ("yes", "stepping_stones"),
    "sac_scale": TRAITS["sac_scale"][1:],
    "trail_visibility": ("horrible", "no"),
}
"""What nobody is expected to walk to a gathering place: from ``mountain_hiking`` (T2) on the scale of
the Swiss Alpine Club asks for sure feet, ``horrible`` of OSM for finding one's way without a path."""

_VALUES = {"surface": ("paved", "unpaved"), **TRAITS}


class WalkingProfile(_Table):
    """How somebody walks, on the street and on the leg off it."""

    id: Identifier
    label: str
    label_en: str
    speed_m_per_min: Annotated[float, Field(gt=0)]
    """On the flat; also on the leg off the street."""
    origin: str
    """Where the speed comes from; printed on every output."""
    slope: Slope = "tobler"
    """What slopes do to the speed, where the elevation is known."""
    slope_table: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """table: slope in per cent, uphill positive → share of the flat speed: ``"5" = 0.8``."""
    max_slope_pct: Annotated[float, Field(gt=0)] | None = None
    """Streets steeper than this are not walked; steps are a matter of their own."""
    steps: Steps = "count"
    step_s: Annotated[float, Field(ge=0)] = 0.4
    """count: seconds for each step more than the flat street takes."""
    steps_s_per_m: Annotated[float, Field(ge=0)] = 0.0
    """metre: seconds for each metre of steps more than the flat street takes."""
    crossing_s: Annotated[float, Field(ge=0)] = 0.0
    signal_s: Annotated[float, Field(ge=0)] = 30.0
    elevator_s: Annotated[float, Field(ge=0)] = 30.0
    """Seconds lost on average each time."""
    rest_every_m: Annotated[float, Field(gt=0)] | None = None
    rest_s: Annotated[float, Field(ge=0)] = 0.0
    """A pause of so many seconds for every so many metres."""
    unpaved_pace: Annotated[float, Field(ge=1)] = 1.0
    """How many times longer a metre takes where it is unpaved: short for one of ``pace``."""
    forbidden: list[str] = Field(default_factory=list)
    """Kinds of OSM ``highway`` that are not walked: short for one of ``forbid``."""
    forbid: dict[str, list[str]] = Field(
        default_factory=lambda: {key: list(values) for key, values in UNFIT.items()}
    )
    """Attribute of a street → values that are not walked; a profile that gives it gives all of it."""
    pace: dict[str, dict[str, Annotated[float, Field(ge=1)]]] = Field(default_factory=dict)
    """Attribute of a street → value → how many times longer a metre takes; several multiply."""
    passing_s: dict[str, dict[str, Annotated[float, Field(ge=0)]]] = Field(default_factory=dict)
    """Attribute of a point of a street → value → seconds lost each time; several add up."""
    origins: dict[str, str] = Field(default_factory=dict)
    """Field → where its figure comes from, beside ``origin`` of the speed."""

    @model_validator(mode="after")
    def _names_what_streets_say(self) -> Self:
        told = (
            ("forbid", self.forbid, {**_VALUES, **NODE_TRAITS}),
            ("pace", self.pace, _VALUES),
            ("passing_s", self.passing_s, NODE_TRAITS),
        )
        for name, said, values_of in told:
            for key, values in said.items():
                known = values_of.get(key)
                if known is None and (key != "highway" or name == "passing_s"):
                    keys = (*(() if name == "passing_s" else ("highway",)), *values_of)
                    msg = f"{name}: streets say nothing of {key!r}; use one of {', '.join(keys)}"
                    raise ValueError(msg)
                if unknown := [value for value in values if known and value not in known]:
                    listed = ", ".join(known or ())
                    msg = f"{name}.{key}: there is no value {unknown[0]!r}; use one of {listed}"
                    raise ValueError(msg)
        return self

    @property
    def forbidden_pairs(self) -> set[tuple[str, str]]:
        """Return (attribute, value) of streets that are not walked."""
        pairs = {(key, value) for key, values in self.forbid.items() for value in values}
        return pairs | {("highway", kind) for kind in self.forbidden}

    @property
    def paces(self) -> set[tuple[str, str, float]]:
        """Return (attribute, value, factor) of streets that are walked more slowly."""
        unpaved = {("surface", "unpaved", self.unpaved_pace)} if self.unpaved_pace > 1 else set()
        told = self.pace.items()
        return unpaved | {(key, value, x) for key, paces in told for value, x in paces.items()}

    @property
    def passings(self) -> set[tuple[str, str, float]]:
        """Return (attribute, value, seconds) of points at which somebody loses time."""
        told = self.passing_s.items()
        return {(key, value, lost_s) for key, lost in told for value, lost_s in lost.items()}

    @property
    def asked_of_nodes(self) -> set[tuple[str, str]]:
        """Return (attribute, value) of points of streets that this walker does not pass like others."""
        weighed = {(key, value) for key, value, lost_s in self.passings if lost_s}
        return {pair for pair in self.forbidden_pairs if pair[0] in NODE_TRAITS} | weighed


class Analysis(_Table):
    """What is asked, with the origin of every assumption."""

    gap_layer: Identifier
    """The unit that should have a place: 町会 where polygons exist, else small areas."""
    council_layer: Identifier
    """The layer whose areas have a council."""
    walk_limit_m: Annotated[float, Field(gt=0)] = 500.0
    walk_limits_m: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [300.0, 500.0, 800.0, 1000.0]
    )
    walk_limit_min: Annotated[float, Field(gt=0)] | None = None
    """A limit in minutes beside the one in metres: then both must hold."""
    walk_limits_min: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [5.0, 10.0, 15.0]
    )
    walk_limit_origin: str = "walk_limit"
    """Where the limit comes from: of a default the key of its words, else as it is typed."""
    age_group: str = "65+"
    walking_profile: Identifier = "standard"
    needs_transport_below: Annotated[float, Field(ge=0)] = 20.0
    """A unit where no site has this many residents of the age group within the limit."""
    needs_transport_origin: str = "assumed"
    gap_weights: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """What a resident without a place counts in the ranking of units, by age group; else the main
    age group alone counts, as 1."""
    gap_weights_origin: str = "gap_weights"
    candidates_max: Annotated[int, Field(gt=0)] = 30
    """Length of the list of the whole municipality."""
    candidates_per_council: Annotated[int, Field(gt=0)] = 5
    """So many that each council would choose in its own area are in the list as well."""
    places_order: Literal["frequency", "name", "unit", "weekday"] = "frequency"
    """How the sheet of an area sorts its places; what is alike comes by frequency, then by name."""

    @model_validator(mode="after")
    def _weighs_somebody(self) -> Self:
        if self.gap_weights and not any(self.gap_weights.values()):
            msg = "gap_weights: at least one weight must be above 0"
            raise ValueError(msg)
        return self

    @property
    def weights(self) -> dict[str, float]:
        """Return the weight of each age group in the ranking of units."""
        return self.gap_weights or {self.age_group: 1.0}


def default_walking() -> list[WalkingProfile]:
    """Return the walking profiles of a municipality that names none."""
    speeds = (("standard", 60.0), ("brisk", 80.0), ("slow", 48.0))
    return [
        WalkingProfile(
            id=name,
            label=text(f"walking.{name}", "ja"),
            label_en=text(f"walking.{name}", "en"),
            speed_m_per_min=speed_m_per_min,
            origin=name,
        )
        for name, speed_m_per_min in speeds
    ]
