"""What documents and tables tell of areas beside who lives there: milestones, counts, indicators."""

from typing import Literal

AreaTable = Literal["milestones", "indicators", "activity_counts"]

FILES: dict[AreaTable, str] = {
    "milestones": "layers/milestones.parquet",
    "indicators": "layers/indicators.parquet",
    "activity_counts": "layers/activity_counts.parquet",
}
"""Table → its file in the workspace; the same in both views, for no single person can be seen in it."""

COLUMNS: dict[AreaTable, dict[str, str]] = {
    "milestones": {
        **dict.fromkeys(("layer", "area_id", "area_name", "kind", "stage", "since"), "object"),
        "planned": "bool",
        **dict.fromkeys(("number", "of_n", "share_pct"), "float64"),
        "approximate": "bool",
        "doc": "object",
        **dict.fromkeys(("page", "line"), "float64"),
        **dict.fromkeys(("note", "source_id"), "object"),
    },
    "indicators": {
        **dict.fromkeys(("indicator", "layer", "area_id", "area_name"), "object"),
        **dict.fromkeys(("value", "numerator", "denominator", "respondents"), "float64"),
        "source_id": "object",
    },
    "activity_counts": {
        **dict.fromkeys(("layer", "area_id", "area_name", "activity", "counted"), "object"),
        "month": "object",
        "count": "float64",
        "source_id": "object",
    },
}
"""Table → its columns with their types; ``area_id`` is empty where a figure names no area."""
