"""
The closed vocabularies of the engine: every class once, in its order.

The profile's schema, the interface, help texts, legends and sort orders derive from these. Words are
in the catalogue under ``frequency.…`` and ``gap.…``, signs and colours in ``services.drawing.signs``.
"""

from typing import Literal, get_args

Frequency = Literal["monthly", "weekly", "permanent"]
"""How often a place meets, from the rarest; a place of a later class counts for every earlier one."""

FREQUENCIES: tuple[str, ...] = get_args(Frequency)

TARGET: Frequency = "weekly"
"""The class that everything is asked about where nothing else is said."""

LEAST_DAYS_PER_WEEK: dict[str, int] = {"monthly": 0, "weekly": 1, "permanent": 3}
"""Days of every week on which a class surely meets, 0: once a month will do. A profile may change the last."""

GapClass = Literal[
    "weekly_or_more", "monthly_only", "none", "needs_transport", "unknown", "no_streets"
]
"""
What a unit has, from the best; what nobody knows is last: the days of a place that would decide, or
streets that the data lacks.
"""

GAP_CLASSES: tuple[str, ...] = get_args(GapClass)

UNTOLD_GAPS: tuple[str, ...] = ("unknown", "no_streets")
"""Classes of what nobody knows or the data cannot tell; lists of classes name them only where there is such a unit."""

Slope = Literal["level", "tobler", "table"]
"""How the slope changes the speed: not at all, by Tobler's law, by a table."""

Steps = Literal["count", "metre", "avoid"]
"""How steps slow a walker: by their number, by their length, or they are not walked."""

Objective = Literal[
    "most_reached",
    "fewest_places",
    "cheapest",
    "shortest_walk",
    "shortest_longest_walk",
    "worst_unit_first",
    "backup",
    "most_targets",
]
"""What a plan is to be best at."""

OBJECTIVES: tuple[str, ...] = get_args(Objective)


def rank(frequency: str) -> int:
    """
    Return the position of a class among all, -1 where the frequency is not known.

    Parameters
    ----------
    frequency
        Its name, or ``''``.
    """
    return FREQUENCIES.index(frequency) if frequency in FREQUENCIES else -1


def least_days(frequency: str, *, permanent_min_days_per_week: int) -> int:
    """
    Return on how many days of every week a class surely meets, 0 for one that need not meet weekly.

    Parameters
    ----------
    frequency
        Its name.
    permanent_min_days_per_week
        The profile's number for the most frequent class.
    """
    if frequency == FREQUENCIES[-1]:
        return permanent_min_days_per_week
    return LEAST_DAYS_PER_WEEK[FREQUENCIES[rank(frequency)]]


TRAITS: dict[str, tuple[str, ...]] = {
    "ford": ("yes", "stepping_stones"),
    "handrail": ("yes", "no"),
    "incline": ("5", "8", "12", "20"),
    "kerb": ("flush", "lowered", "rolled", "raised"),
    "lit": ("yes", "no"),
    "ramp": ("yes", "no"),
    "sac_scale": (
        "hiking",
        "mountain_hiking",
        "demanding_mountain_hiking",
        "alpine_hiking",
        "demanding_alpine_hiking",
        "difficult_alpine_hiking",
    ),
    "service": ("driveway", "parking_aisle", "drive-through"),
    "smoothness": ("bad", "very_bad", "horrible", "very_horrible", "impassable"),
    "trail_visibility": ("intermediate", "bad", "horrible", "no"),
    "width": ("0.9", "1.2"),
}
"""What an edge says of itself beside its kind and surface: key of OpenStreetMap → values that are
kept. ``incline``: from so many per cent, up or down, to below the next;
``width``: below so many metres, and not below the one before."""

NODE_TRAITS: dict[str, tuple[str, ...]] = {
    "barrier": (
        "block",
        "bollard",
        "border_control",
        "bump_gate",
        "bus_trap",
        "cattle_grid",
        "chain",
        "coupure",
        "cycle_barrier",
        "debris",
        "full-height_turnstile",
        "gate",
        "guard_stone",
        "hampshire_gate",
        "height_restrictor",
        "horse_stile",
        "jersey_barrier",
        "kissing_gate",
        "lift_gate",
        "log",
        "motorcycle_barrier",
        "planter",
        "rope",
        "sally_port",
        "sliding_gate",
        "spikes",
        "stile",
        "sump_buster",
        "swing_gate",
        "toll_booth",
        "turnstile",
        "wicket_gate",
    ),
    "entrance": ("steps",),
    "kerb": TRAITS["kerb"],
}
"""What a node says of itself that somebody on foot passes: key → values that are kept. ``entrance``:
with steps that somebody counted."""
