"""Where each default of a walking profile comes from: data beside the defaults of the schema."""

NOT_ASKED = "not_asked"
"""Origin of what does nothing unless a municipality asks for it."""

DEFAULT_ORIGINS = {
    "slope": "slope",
    "slope_table": NOT_ASKED,
    "max_slope_pct": NOT_ASKED,
    "steps": "steps",
    "step_s": "step_s",
    "steps_s_per_m": NOT_ASKED,
    "crossing_s": "crossing_s",
    "signal_s": "signal_s",
    "elevator_s": "elevator_s",
    "rest_every_m": NOT_ASKED,
    "rest_s": NOT_ASKED,
    "unpaved_pace": "unpaved_pace",
    "forbidden": NOT_ASKED,
    "forbid": "forbid",
    "pace": NOT_ASKED,
    "passing_s": NOT_ASKED,
}
"""Field → origin of its default. The origin of a speed is the profile's own ``origin``."""

ASSUMED = frozenset(
    {"steps", "step_s", "crossing_s", "signal_s", "elevator_s", "unpaved_pace", "forbid"}
)
"""Fields whose default no publication gives: arukeba's own assumptions, to be looked at again."""

NAMING = frozenset({"id", "label", "label_en", "origin", "origins"})
"""Fields of a walking profile that say who and whence, not how somebody walks."""
