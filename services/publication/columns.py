"""
Columns: every column of every table, once, with its kind, its unit and whom it tells of.

From here come what may leave (what is not declared cannot), what is hidden with a small count, the
types and titles of the collections, and the tables of docs/outputs.md. What a column is stands in
the catalogue: ``column.TABLE.NAME``. Run as a program, it writes the tables into that page.
"""

import re
import sys
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from services.words.texts import text
from services.words.vocabulary import RESIDENTS_OF, UNREACHED_OF

Kind = Literal["text", "words", "facts", "number", "integer", "boolean", "geometry"]
"""
``words`` are sentences, made last from what is shown: no result holds them. They are made of
``facts`` that leave in no other way.
"""

NEVER = "never"
"""A column that never leaves."""
NOTHING = "nothing"
"""It tells nothing of how many live where."""
RESIDENTS = "residents"
"""It tells how many residents of the row's own age group there are; a share tells it as well."""

JSON_TYPES = {"words": "string", "text": "string"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``tells`` may also be an age group, or the column that lists such."""

    name: str
    kind: Kind
    unit: str
    tells: str
    says: str
    """Name of the column whose words in the catalogue say what it is: of a family, the first."""


def _columns(
    names: str, kind: Kind, unit: str, tells: str, *, says: str = ""
) -> tuple[Column, ...]:
    first, *_ = every = names.split()
    return tuple(Column(name, kind, unit, tells, says or first) for name in every)


def _of_groups(names: Mapping[str, str], *, says: str) -> tuple[Column, ...]:
    """Return the columns about other age groups than the row's own: name → group."""
    return tuple(Column(name, "number", "residents", group, says) for name, group in names.items())


TABLES: dict[str, tuple[Column, ...]] = {
    "coverage": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("frequency", "text", "`monthly`, `weekly`, `permanent`", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="walk_limit_m"),
        *_columns("profile", "text", "", NOTHING),
        *_columns("residents", "number", "residents", RESIDENTS),
        *_columns("reached", "number", "residents", RESIDENTS),
        *_columns("reached_own_area", "number", "residents", RESIDENTS),
        *_columns("coverage_pct", "number", "%", RESIDENTS),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%", RESIDENTS),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns("circle_reached", "number", "residents", RESIDENTS),
        *_columns("circle_coverage_pct", "number", "%", RESIDENTS, says="coverage_pct"),
        *_columns(
            "circle_coverage_low_pct circle_coverage_high_pct",
            "number",
            "%",
            RESIDENTS,
            says="coverage_low_pct",
        ),
        *_columns("walk_min_mean walk_min_median walk_min_p90", "number", "min", NOTHING),
        *_columns("approximate", "boolean", "true, false", NOTHING),
        *_columns("remainder", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
        *_columns("draft", "boolean", "true, false", NOTHING),
        *_columns("residents_estimated", "boolean", "true, false", NOTHING),
    ),
    "councils": (
        *_columns("council_id council_name", "text", "", NEVER),
        *_columns("shared", "text", "true, false", NEVER),
    ),
    "slots": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("frequency", "text", "`weekly`, `monthly`", NOTHING),
        *_columns("weekday", "integer", "0 Monday … 6 Sunday", NOTHING),
        *_columns("half_day", "text", "`am`, `pm`", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING, says="age_group"),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="age_group"),
        *_columns("residents reached coverage_pct", "number", "residents, %", RESIDENTS),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%", RESIDENTS),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns(
            "approximate draft remainder residents_estimated", "boolean", "true, false", NOTHING
        ),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "combined": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING, says="age_group"),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="age_group"),
        *_columns("residents reached coverage_pct", "number", "residents, %", RESIDENTS),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%", RESIDENTS),
        *_columns("reached_combined", "number", "residents", RESIDENTS),
        *_columns("combined_pct", "number", "%", RESIDENTS),
        *_columns("combined_low_pct combined_high_pct", "number", "%", RESIDENTS),
        *_columns(
            "approximate draft remainder residents_estimated", "boolean", "true, false", NOTHING
        ),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "provision": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("frequency age_group", "text", "", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "", NOTHING, says="frequency"),
        *_columns("profile", "text", "", NOTHING, says="frequency"),
        *_columns("residents", "number", "residents", RESIDENTS),
        *_columns("residents_unlocated", "number", "residents", RESIDENTS),
        *_columns("places_n places_seats_assumed_n", "integer", "places", NOTHING),
        *_columns(
            "places_per_1000 places_per_1000_low places_per_1000_high",
            "number",
            "places per 1,000",
            RESIDENTS,
        ),
        *_columns("seats_per_week", "number", "seats a week", NOTHING),
        *_columns("seats_needed_per_week", "number", "seats a week", RESIDENTS),
        *_columns("seats_missing_per_week", "number", "seats a week", RESIDENTS),
        *_columns("places_missing_n", "number", "places", RESIDENTS),
        *_columns(
            "residents_served residents_over_capacity residents_outside",
            "number",
            "residents",
            RESIDENTS,
        ),
        *_columns(
            "participants_low participants_central participants_high",
            "number",
            "residents",
            RESIDENTS,
        ),
        *_columns(
            "access_seats_per_100 access_seats_per_100_low access_seats_per_100_high",
            "number",
            "seats a week per 100",
            RESIDENTS,
        ),
        *_columns(
            "approximate draft remainder residents_estimated", "boolean", "true, false", NOTHING
        ),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "inequality": (
        *_columns("layer frequency age_group", "text", "", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "", NOTHING, says="layer"),
        *_columns("profile", "text", "", NOTHING, says="layer"),
        *_columns("units_n units_hidden_n", "integer", "units", NOTHING),
        *_columns("residents", "number", "residents", RESIDENTS),
        *_columns("gini", "number", "0 to 1", NOTHING),
        *_columns("worst_tenth_pct", "number", "%", NOTHING),
        *_columns("min_pct max_pct min_max_ratio", "number", "%, 0 to 1", NOTHING),
        *_columns("draft", "boolean", "true, false", NOTHING),
    ),
    "crosstabs": (
        *_columns(
            "row_layer row_id row_name column_layer column_id column_name", "text", "", NOTHING
        ),
        *_columns("frequency age_group", "text", "", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "", NOTHING, says="frequency"),
        *_columns("profile", "text", "", NOTHING, says="frequency"),
        *_columns("residents reached coverage_pct", "number", "residents, %", RESIDENTS),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%", RESIDENTS),
        *_columns("row_share_pct row_share_low_pct row_share_high_pct", "number", "%", RESIDENTS),
        *_columns(
            "column_share_pct column_share_low_pct column_share_high_pct", "number", "%", RESIDENTS
        ),
        *_columns("approximate residents_estimated", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "resilience": (
        *_columns("place_id name venue_id council_id", "text", "", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "", NOTHING, says="age_group"),
        *_columns("profile", "text", "", NOTHING, says="age_group"),
        *_columns("venue_frequency venue_frequency_without", "text", "class", NOTHING),
        *_columns("residents_within", "number", "residents", RESIDENTS),
        *_columns("residents_lost residents_kept", "number", "residents", RESIDENTS),
        *_columns("rank", "integer", "1 …", NOTHING),
        *_columns("residents_estimated", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "backup": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "", NOTHING, says="age_group"),
        *_columns("profile", "text", "", NOTHING, says="age_group"),
        *_columns("residents reached", "number", "residents", RESIDENTS),
        *_columns("reached_with_backup reached_without_backup", "number", "residents", RESIDENTS),
        *_columns("backup_pct backup_low_pct backup_high_pct", "number", "%", RESIDENTS),
        *_columns(
            "approximate draft remainder residents_estimated", "boolean", "true, false", NOTHING
        ),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "gaps": (
        *_columns("layer area_id area_name version council_id", "text", "", NOTHING),
        *_columns(
            "gap", "text", "`weekly_or_more`, `monthly_only`, `none`, `needs_transport`", NOTHING
        ),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "", NOTHING, says="age_group"),
        *_columns("residents", "number", "residents", RESIDENTS),
        *_of_groups(RESIDENTS_OF, says="residents"),
        *_columns("unreached", "number", "residents", RESIDENTS),
        *_columns("coverage_pct coverage_low_pct coverage_high_pct", "number", "%", RESIDENTS),
        *_columns("nearest_place_id nearest_place_name", "text", "", NOTHING),
        *_columns("nearest_place_walk_m", "number", "m", NOTHING),
        *_columns("nearest_place_walk_min", "number", "min", NOTHING, says="nearest_place_walk_m"),
        *_columns("nearest_place_climb_m", "number", "m", NOTHING, says="nearest_place_walk_m"),
        *_columns("nearest_place_steps", "number", "steps", NOTHING, says="nearest_place_walk_m"),
        *_columns("nearest_place_straight_m", "number", "m", NOTHING, says="nearest_place_walk_m"),
        *_columns("nearest_place_council_id", "text", "", NOTHING, says="nearest_place_id"),
        *_columns("why why_en", "words", "text", NOTHING),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns("approximate", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
        *_columns("residents_estimated", "boolean", "", NOTHING, says="age_group"),
        *_columns("rank_by_number rank_by_rate", "integer", "1 …", NOTHING),
        *_columns("need", "number", "weighted residents", "need_of"),
        *_columns("need_of", "text", "age groups", NOTHING, says="need"),
        *_columns("need_rank", "integer", "1 …", NOTHING, says="rank_by_number"),
        *_of_groups(UNREACHED_OF, says="unreached_75"),
        *_columns(
            "stop_residents stop_pct stop_low_pct stop_high_pct",
            "number",
            "residents, %",
            RESIDENTS,
        ),
        *_columns("nearest_stop_id nearest_stop_name", "text", "", NOTHING),
        *_columns("nearest_stop_walk_m", "number", "m", NOTHING, says="nearest_stop_id"),
        *_columns("place_by_stop_id place_by_stop_name", "text", "", NOTHING),
        *_columns(
            "place_by_stop_walk_m place_by_stop_straight_m",
            "number",
            "m",
            NOTHING,
            says="place_by_stop_id",
        ),
        *_columns("is_split", "boolean", "true, false", RESIDENTS),
        *_columns("split_by split_by_en", "words", "text", RESIDENTS, says="is_split"),
        *_columns("nearest_place_council_name", "text", "", NEVER),
        *_columns("needs_transport_below", "text", "residents", NEVER),
        *_columns(
            "reason",
            "text",
            "`nobody`, `no_way`, `nearest_weekly`, `needs_transport`, `needs_transport_stops`",
            NEVER,
        ),
        *_columns("divided", "facts", "parts", RESIDENTS),
    ),
    "candidates": (
        *_columns("candidate_id plan_id", "text", "", NOTHING),
        *_columns("rank", "integer", "", NOTHING, says="candidate_id"),
        *_columns("action", "text", "`upgrade`, `open`", NOTHING),
        *_columns("frequency", "text", "class", NOTHING),
        *_columns("venue_id place_id venue_name kind address", "text", "", NOTHING),
        *_columns("newly_reached", "number", "residents", RESIDENTS),
        *_columns("newly_reached_alone", "number", "residents", RESIDENTS),
        *_columns(
            "coverage_after_pct coverage_after_low_pct coverage_after_high_pct",
            "number",
            "%",
            NOTHING,
        ),
        *_columns("overlap_pct", "number", "%", NOTHING),
        *_columns("cost_max_yen", "integer", "yen", NOTHING),
        *_columns("reasons reasons_en", "words", "text", NOTHING),
        *_columns("status", "text", "`proposed`, `discussed`, `adopted`, `rejected`", NOTHING),
        *_columns("council_id units_gained", "text", "", NOTHING),
        *_columns("blurred", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
        *_columns("schedule_text", "text", "text", NEVER),
        *_columns("private_home", "boolean", "true, false", NEVER),
        *_columns("geometry", "geometry", "point", NOTHING),
        *_columns("age_group", "text", "", NEVER),
        *_columns("walk_limit_m", "text", "m", NEVER, says="age_group"),
        *_columns("walk_limit_min", "text", "min", NEVER, says="age_group"),
    ),
    "places": (
        *_columns("place_id name kind", "text", "", NOTHING),
        *_columns("frequency venue_frequency", "text", "class", NOTHING),
        *_columns("sessions_per_month", "number", "sessions", NOTHING, says="frequency"),
        *_columns("schedule_text", "text", "text; true, false", NOTHING),
        *_columns("status verified_on opened_on", "text", ", dates", NOTHING),
        *_columns("venue_id", "text", "", NOTHING, says="place_id"),
        *_columns("located_by", "text", "`coordinates`, `venue`, …", NOTHING),
        *_columns("unsnapped", "text", "code", NOTHING),
        *_columns("residents_reached", "number", "residents", RESIDENTS),
        *_columns("residents_lost_if_closed", "number", "residents", RESIDENTS),
        *_columns("council_id", "text", "", NOTHING),
        *_columns("blurred", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
        *_columns("counts", "boolean", "true, false; code", NOTHING),
        *_columns("not_counted", "text", "true, false; code", NOTHING, says="counts"),
        *_columns(
            "schedule_assumed", "boolean", "text; true, false", NOTHING, says="schedule_text"
        ),
        *_columns("dates_assumed", "text", "code", NOTHING),
        *_columns("qualifies", "text", "`yes`, `no`, `unknown`; text", NOTHING),
        *_columns("qualifies_why qualifies_why_en", "words", "text", NOTHING, says="qualifies"),
        *_columns("programme_id", "text", "", NOTHING),
        *_columns("status_since closed_on", "text", ", dates", NOTHING, says="status"),
        *_columns("drop_in individual_entry", "boolean", "", NOTHING, says="programme_id"),
        *_columns("open_hours fee_text", "text", "", NOTHING, says="programme_id"),
        *_columns("fee_yen floor_area_m2 capacity", "number", "", NOTHING, says="programme_id"),
        *_columns("target_groups", "text", "", NOTHING, says="programme_id"),
        *_columns("exercise_minutes", "number", "", NOTHING, says="programme_id"),
        *_columns("open_to_all", "boolean", "", NOTHING, says="programme_id"),
        *_columns("subsidy_end", "text", "", NOTHING, says="programme_id"),
        *_columns("online", "boolean", "", NOTHING, says="programme_id"),
        *_columns("catchment_scope", "text", "", NOTHING, says="programme_id"),
        *_columns("venue_name group_name address", "text", "", NEVER),
        *_columns("located_level", "text", "", NEVER),
        *_columns("confidence", "number", "0 to 1", NEVER, says="located_level"),
        *_columns("private_home consent", "boolean", "true, false", NEVER),
        *_columns("typed_class", "text", "class", NEVER),
        *_columns("row", "integer", "", NEVER),
        *_columns("source_id", "text", "", NEVER, says="row"),
        *_columns("weeks_mask slots_weekly slots_monthly", "integer", "bits", NEVER),
        *_columns("slots_unknown", "text", "`no_schedule`, `no_weekday`, `no_hours`", NEVER),
        *_columns("residents_kept_if_closed", "number", "residents", NEVER),
        *_columns("geometry", "geometry", "point", NOTHING),
        *_columns("falls_short", "facts", "rules", NOTHING),
    ),
    "streets": (
        *_columns("reach", "text", "`weekly`, `monthly`, `none`", NEVER),
        *_columns("class", "text", "`major`, `minor`, `path`, `steps`", NEVER),
        *_columns("geometry", "geometry", "lines", NEVER),
    ),
    "reach": (
        *_columns("place_id", "text", "", NOTHING),
        *_columns("frequency", "text", "class", NOTHING),
        *_columns("walk_limit_m walk_limit_min", "number", "m, min", NOTHING),
        *_columns("profile", "text", "m, min", NOTHING, says="walk_limit_m"),
        *_columns("geometry", "geometry", "polygons", NOTHING),
    ),
    "areas": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("council_id", "text", "", NOTHING),
        *_columns("approximate draft", "boolean", "true, false", NOTHING),
    ),
    "plans": (
        *_columns("target_class current_class", "text", "class", NOTHING),
        *_columns("source", "text", "`place`, `venue`, `point`", NOTHING),
        *_columns("venue_name_en", "words", "text", NOTHING),
        *_columns("yearly_max_yen opening_max_yen", "number", "yen", NOTHING),
        *_columns("yen_per_newly_reached", "number", "yen per resident", RESIDENTS),
        *_columns("marginal", "number", "residents", RESIDENTS),
        *_columns("stays_pct", "number", "%", NOTHING),
        *_columns("hazards", "text", "text", NOTHING),
    ),
    "timeline_years": (
        *_columns("fiscal_year", "integer", "", NOTHING),
        *_columns("fiscal_year_ja as_of", "text", "", NOTHING, says="fiscal_year"),
        *_columns("with_suspended with_planned", "boolean", "true, false", NOTHING),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns(
            "places_monthly places_weekly places_permanent places_unknown",
            "integer",
            "places",
            NOTHING,
        ),
        *_columns("places_suspended places_planned", "integer", "places", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING, says="age_group"),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="age_group"),
        *_columns("residents", "number", "residents", RESIDENTS),
        *_columns(
            "reached_monthly reached_weekly reached_permanent", "number", "residents", RESIDENTS
        ),
        *_columns(
            "coverage_monthly_pct coverage_weekly_pct coverage_permanent_pct",
            "number",
            "%",
            RESIDENTS,
        ),
        *_columns(
            "coverage_monthly_low_pct coverage_weekly_low_pct coverage_permanent_low_pct",
            "number",
            "%",
            RESIDENTS,
        ),
        *_columns(
            "coverage_monthly_high_pct coverage_weekly_high_pct coverage_permanent_high_pct",
            "number",
            "%",
            RESIDENTS,
            says="coverage_monthly_low_pct",
        ),
        *_columns("places_documented", "text", "", NOTHING),
        *_columns(
            "opening_assumed_n suspension_assumed_n schedule_assumed_n",
            "integer",
            "places",
            NOTHING,
        ),
        *_columns("closed_undated_n planned_undated_n", "integer", "places", NOTHING),
        *_columns("remarks remarks_en", "words", "text", NOTHING),
    ),
    "timeline_areas": (
        *_columns("fiscal_year", "integer", "", NOTHING),
        *_columns("fiscal_year_ja as_of", "text", "", NOTHING, says="fiscal_year"),
        *_columns(
            "with_suspended with_planned", "boolean", "true, false", NOTHING, says="fiscal_year"
        ),
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("frequency age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING, says="frequency"),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="frequency"),
        *_columns("residents reached coverage_pct", "number", "residents, %", RESIDENTS),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%", RESIDENTS),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns("approximate remainder", "boolean", "true, false", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "timeline_targets": (
        *_columns("fiscal_year", "integer", "", NOTHING),
        *_columns("fiscal_year_ja as_of", "text", "", NOTHING, says="fiscal_year"),
        *_columns(
            "with_suspended with_planned", "boolean", "true, false", NOTHING, says="fiscal_year"
        ),
        *_columns("frequency layer label label_en", "text", "", NOTHING),
        *_columns("number", "integer", "areas, places", NOTHING),
        *_columns("reached", "integer", "areas, places", NOTHING),
        *_columns("counts", "text", "`areas`, `places`", NOTHING, says="reached"),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns("approximate", "boolean", "true, false", NOTHING),
    ),
    "comparison_overview": (
        *_columns("scenario", "text", "", NOTHING),
        *_columns("age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING, says="age_group"),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="age_group"),
        *_columns("residents reached unreached coverage_pct", "number", "residents, %", RESIDENTS),
        *_columns("change newly_reached no_longer_reached", "number", "residents", RESIDENTS),
        *_columns(
            "gaps_weekly_or_more gaps_monthly_only gaps_none gaps_needs_transport",
            "integer",
            "units",
            NOTHING,
        ),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns("places_monthly places_weekly places_permanent", "integer", "places", NOTHING),
        *_columns("cost_max_yen cost_per_year_yen cost_once_yen", "integer", "yen", NOTHING),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "comparison_coverage": (
        *_columns("layer area_id area_name version", "text", "", NOTHING),
        *_columns("frequency age_group", "text", "", NOTHING),
        *_columns("walk_limit_m", "number", "m", NOTHING, says="frequency"),
        *_columns("walk_limit_min", "number", "min", NOTHING, says="frequency"),
        *_columns("residents reached", "number", "residents", RESIDENTS),
        *_columns("places_n", "integer", "places", NOTHING),
        *_columns("approximate draft remainder", "boolean", "true, false", NOTHING),
        *_columns("coverage_pct unreached", "number", "%, residents", RESIDENTS),
        *_columns("scenario", "text", "", NOTHING),
        *_columns("change", "number", "residents", RESIDENTS),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
    "comparison_layers": (
        *_columns("scenario layer label label_en", "text", "", NOTHING),
        *_columns("approximate", "boolean", "true, false", NOTHING),
        *_columns("areas_n areas_with_weekly_n", "integer", "areas", NOTHING),
        *_columns("worst_area_id worst_area_name", "text", "", NOTHING),
        *_columns(
            "worst_coverage_pct worst_unreached worst_residents",
            "number",
            "%, residents",
            RESIDENTS,
        ),
    ),
    "comparison_gaps": (
        *_columns("layer area_id area_name", "text", "", NOTHING),
        *_columns("gap", "text", "class of the unit", NOTHING),
        *_columns("scenario", "text", "", NOTHING),
        *_columns("gap_today", "text", "class of the unit", NOTHING),
    ),
    "comparison_targets": (
        *_columns("scenario", "text", "", NOTHING),
        *_columns("frequency layer label label_en", "text", "", NOTHING),
        *_columns("number", "integer", "areas, places", NOTHING),
        *_columns("reached", "integer", "areas, places", NOTHING),
        *_columns("counts", "text", "`areas`, `places`", NOTHING, says="reached"),
        *_columns("change", "integer", "areas, places", NOTHING),
    ),
    "comparison_changes": (
        *_columns("scenario", "text", "", NOTHING),
        *_columns("number", "integer", "1 …", NOTHING, says="scenario"),
        *_columns("action place_id name schedule_text", "text", "", NOTHING),
        *_columns("frequency_before frequency_after", "text", "class", NOTHING),
        *_columns("cost_per_year_yen cost_once_yen", "integer", "yen", NOTHING),
    ),
    "raster_comparison": (
        *_columns("layer age_group area_id area_name", "text", "", NOTHING),
        *_columns("raster_residents buildings_residents", "number", "residents", RESIDENTS),
        *_columns("difference ratio", "number", "residents, share", RESIDENTS),
        *_columns("suppressed", "boolean", "true, false", NOTHING),
    ),
}
"""Table → its columns; those that leave stand in the order in which they do."""

IDS = {
    "areas": ["layer", "area_id", "version"],
    "places": ["place_id"],
    "coverage": ["layer", "area_id", "frequency", "age_group", "limit", "profile"],
    "gaps": ["layer", "area_id"],
    "candidates": ["candidate_id"],
    "reach": ["place_id", "frequency", "limit", "profile"],
}
"""Collection → the columns that tell a feature; its title is in the catalogue."""


def leaving(table: str) -> tuple[str, ...]:
    """Return the columns of a table that may leave, in order, without the geometry."""
    kept = [one for one in TABLES[table] if not _stays(one) and one.kind != "geometry"]
    return tuple(one.name for one in kept)


def kept(there: Iterable[Hashable], table: str) -> list[str]:
    """Return the columns of a table that may leave, of those that are there."""
    names = set(there)
    return [name for name in leaving(table) if name in names]


def telling(table: str, of: str = RESIDENTS) -> tuple[str, ...]:
    """Return the columns of a table that tell how many residents there are, or of an age group."""
    return tuple(one.name for one in TABLES[table] if one.tells == of)


def telling_of_others(table: str) -> dict[str, str]:
    """Return the columns about an age group that is not the row's own, with that group."""
    plain = (NEVER, NOTHING, RESIDENTS)
    return {one.name: one.tells for one in TABLES[table] if one.tells not in plain}


def json_types(table: str) -> dict[str, str]:
    """Return the columns of a table that leave with their JSON types."""
    kinds = {one.name: one.kind for one in TABLES[table]}
    return {name: JSON_TYPES.get(kinds[name], kinds[name]) for name in leaving(table)}


def _stays(column: Column) -> bool:
    return column.tells == NEVER or column.kind == "facts"


def page(written: str) -> str:
    """Return the page of outputs with the tables of columns as they are declared here."""
    head, *sections = re.split(r"(?m)^(?=## )", written)
    return head + "".join(_section(one) for one in sections)


def _section(section: str) -> str:
    table = section.removeprefix("## ").split("\n", 1)[0]
    rows = [
        _row(table, list(family))
        for _, family in groupby(TABLES[table], key=lambda one: (one.says, _stays(one)))
    ]
    meaning = " | ".join(text("column.meaning", lang) for lang in ("en", "ja"))
    lines = [f"| column | unit | {meaning} |", "| --- | --- | --- | --- |", *rows]
    return re.sub(r"(?m)(^\|.*\n)+", lambda _: "\n".join(lines) + "\n", section, count=1)


def _row(table: str, family: Sequence[Column]) -> str:
    names = ", ".join(f"`{one.name}`" for one in family)
    leaves = "" if _stays(family[0]) else " *(leaves)*"
    units = list(dict.fromkeys(one.unit for one in family))
    unit = units[0] if len(units) == 1 else ", ".join(one.unit for one in family)
    said = [text(f"column.{table}.{family[0].says}", lang) for lang in ("en", "ja")]
    return f"| {names}{leaves} | {unit} | {said[0]} | {said[1]} |"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
