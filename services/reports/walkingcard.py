"""The card of a walking profile: every parameter with its source, and what it means in minutes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.walking.walker import STEPS_PER_M, Walker
from services.profile import Profile, WalkingProfile
from services.profile.walking_sources import ASSUMED, DEFAULT_ORIGINS, NAMING
from services.situation.assumptions import assumptions_of_walks
from services.situation.parameters import Parameters
from services.situation.walking import walker_of
from services.words.assumptions import marks
from services.words.texts import LANGS, limit_text, listed, metres, origin_text, text

FLAT_M = (300.0, 500.0, 800.0)
"""Walks on the flat that a card tells in minutes."""

SLOPES_PCT = (5.0, 10.0, -10.0)
EXAMPLE_M = 500.0
EXAMPLE_STEPS = 40
EXAMPLE_MINUTES = 10.0

PARAMETERS = tuple(name for name in WalkingProfile.model_fields if name not in NAMING)
"""The fields that say how somebody walks, in the order of the schema."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words in both languages."""

    ja: str
    en: str

    def __getitem__(self, lang: str) -> str:
        """Return the words in one language."""
        return self.ja if lang == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, its value with the unit, where it comes from."""

    field: str
    label: Said
    value: Said
    source: Said
    mark: str
    """``sourced``; ``default``: published, but nobody of the town chose it; ``assumed``: arukeba's
    own; ``unsourced``: set in the profile without a source."""


@dataclass(frozen=True, slots=True)
class Example:
    """What the parameters come to: a walk, and how long it takes (or how far it leads)."""

    label: Said
    value: Said


@dataclass(frozen=True, slots=True)
class Card:
    """One walking profile."""

    id: str
    label: Said
    speed_m_per_min: float
    main: bool
    """The one that gaps and candidates are judged by."""
    parameters: tuple[Parameter, ...]
    flat: tuple[Example, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Deck:
    """The cards of a municipality, with the limits that are asked."""

    municipality: Said
    fictional: bool
    limit: Said
    limit_origin: Said
    marks: tuple[Said, ...]
    """What of the limit and of the main walking profile nobody of the town has chosen."""
    has_elevation: bool
    """Without it slopes change nothing."""
    cards: tuple[Card, ...]


def deck(profile: Profile) -> Deck:
    """Return the cards of a municipality, the main walking profile first."""
    analysis, town = profile.analysis, profile.municipality
    return Deck(
        municipality=Said(town.name, town.name_en),
        fictional=town.fictional,
        limit=Said(
            *(
                limit_text(analysis.walk_limit_m, analysis.walk_limit_min, lang)
                for lang in ("ja", "en")
            )
        ),
        limit_origin=_origin(analysis.walk_limit_origin),
        marks=_marks(profile),
        has_elevation=profile.elevation is not None,
        cards=tuple(cards(profile)),
    )


def _marks(profile: Profile) -> tuple[Said, ...]:
    assumed = assumptions_of_walks(profile, Parameters.of(profile))
    lines = (marks(assumed, lang) for lang in LANGS)
    return tuple(Said(*both) for both in zip(*lines, strict=True))


def cards(profile: Profile) -> list[Card]:
    """Return a card per walking profile, the main one first."""
    main = profile.analysis.walking_profile
    walkings = sorted(profile.walking_profiles, key=lambda walking: walking.id != main)
    own = "walking_profiles" in profile.model_fields_set
    return [_card(walking, main=walking.id == main, own=own) for walking in walkings]


def _card(walking: WalkingProfile, *, main: bool, own: bool) -> Card:
    walker = walker_of(walking)
    return Card(
        id=walking.id,
        label=Said(walking.label, walking.label_en),
        speed_m_per_min=walking.speed_m_per_min,
        main=main,
        parameters=tuple(_parameter(walking, field, own=own) for field in PARAMETERS),
        flat=tuple(Example(_metres(walk_m), _minutes(walk_s(walker, walk_m))) for walk_m in FLAT_M),
        examples=tuple(_examples(walker)),
    )


def walk_s(walker: Walker, walk_m: float, *, slope_pct: float = 0.0) -> float:
    """Return seconds for a walk on a paved street of one slope, pauses included."""
    pace = float(walker.slope.pace(np.array([slope_pct / 100.0]))[0])
    return walk_m * (60.0 / walker.speed_m_per_min * pace + walker.rest_s_per_m)


def steps_s(walker: Walker, steps_n: float) -> float:
    """Return the seconds that stairs take beyond the flat street under them."""
    if walker.steps == "metre":
        return steps_n / STEPS_PER_M * walker.steps_s_per_m
    return steps_n * walker.step_s


def _examples(walker: Walker) -> list[Example]:
    found = []
    for slope_pct in SLOPES_PCT:
        label = _said(
            "card.uphill" if slope_pct > 0 else "card.downhill",
            m=f"{EXAMPLE_M:g}",
            slope=f"{abs(slope_pct):g}",
        )
        closed = walker.max_slope_pct is not None and abs(slope_pct) > walker.max_slope_pct
        walked = _minutes(walk_s(walker, EXAMPLE_M, slope_pct=slope_pct))
        found.append(Example(label, _said("card.closed") if closed else walked))
    stairs = _said("card.steps_example", n=EXAMPLE_STEPS)
    extra = _said("card.more_s", s=f"{steps_s(walker, EXAMPLE_STEPS):.0f}")
    found.append(Example(stairs, _said("card.closed") if walker.steps == "avoid" else extra))
    far_m = EXAMPLE_MINUTES * 60.0 / walker.flat_s_per_m
    label = _said("card.far", minutes=f"{EXAMPLE_MINUTES:g}")
    return [*found, Example(label, _metres(far_m))]


def _parameter(walking: WalkingProfile, field: str, *, own: bool) -> Parameter:
    value = getattr(walking, field)
    label = _said(f"card.{field}")
    if field in walking.origins:
        origin = _origin(walking.origins[field])
        return Parameter(field, label, _value(field, value), origin, "sourced")
    if field == "speed_m_per_min":
        mark = "sourced" if own else "default"
        return Parameter(field, label, _value(field, value), _origin(walking.origin), mark)
    if value == WalkingProfile.model_fields[field].get_default(call_default_factory=True):
        mark = "assumed" if field in ASSUMED else "sourced"
        return Parameter(field, label, _value(field, value), _origin(DEFAULT_ORIGINS[field]), mark)
    return Parameter(field, label, _value(field, value), _said("card.unsourced"), "unsourced")


def _value(field: str, value: Any) -> Said:  # noqa: ANN401  of any field
    if value is None or value in ([], {}):
        return _said("card.none")
    if field in ("slope", "steps"):
        return _said(f"card.{field}.{value}")
    if field in ("forbid", "pace", "passing_s"):
        listing = "; ".join(_told(key, said) for key, said in value.items())
        return Said(listing, listing)
    if isinstance(value, dict):
        rows = [(float(slope), share) for slope, share in value.items()]
        listing = ", ".join(f"{slope:+g} %: {share:g}" for slope, share in sorted(rows))
        return Said(listing, listing)
    if isinstance(value, list):
        return Said(listed(value, "ja"), listed(value, "en"))
    return _said(f"card.{field}.value", value=f"{value:g}")


def _told(key: str, said: list[str] | dict[str, float]) -> str:
    """Return what is forbidden, or how much slower it is, as OSM has it: ``lit=no: 1.2``."""
    if isinstance(said, list):
        return ", ".join(f"{key}={value}" for value in said)
    return ", ".join(f"{key}={value}: {factor:g}" for value, factor in said.items())


def _minutes(walk_time_s: float) -> Said:
    """Return minutes and seconds, rounded to the second."""
    minutes, seconds = divmod(round(walk_time_s), 60)
    return _said("card.minutes", minutes=minutes, seconds=f"{seconds:02d}")


def _metres(walk_m: float) -> Said:
    return Said(metres(walk_m, "ja"), metres(walk_m, "en"))


def _origin(origin: str) -> Said:
    return Said(origin_text(origin, "ja"), origin_text(origin, "en"))


def _said(key: str, **values: object) -> Said:
    return Said(text(key, "ja", **values), text(key, "en", **values))
