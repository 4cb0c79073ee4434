"""
Columns: every column of every table, once, with its kind, its unit and whether it leaves.

From here come what leaves (what is not declared cannot), the types and titles of the collections, and
the tables of docs/outputs.md. What a column is stands in the catalogue: ``column.TABLE.NAME``. Run as
a program, it writes the tables into that page.
"""

import re
import sys
from collections.abc import Hashable, Iterable, Sequence
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

JSON_TYPES = {"words": "string", "text": "string"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; one that does not leave is for what is said, or computed, of others."""

    name: str
    kind: Kind
    unit: str
    leaves: bool
    says: str
    """Name of the column whose words in the catalogue say what it is: of a family, the first."""


def _columns(
    names: str, kind: Kind, unit: str, *, says: str = "", leaves: bool = True
) -> tuple[Column, ...]:
    first, *_ = every = names.split()
    return tuple(Column(name, kind, unit, leaves, says or first) for name in every)


def _of_groups(names: Iterable[str], *, says: str) -> tuple[Column, ...]:
    """Return the columns about other age groups than the row's own."""
    return tuple(Column(name, "number", "residents", leaves=True, says=says) for name in names)


TABLES: dict[str, tuple[Column, ...]] = {
    "coverage": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("frequency", "text", "`monthly`, `weekly`, `permanent`"),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m"),
        *_columns("walk_limit_min", "number", "min", says="walk_limit_m"),
        *_columns("profile", "text", ""),
        *_columns("residents", "number", "residents"),
        *_columns("reached", "number", "residents"),
        *_columns("reached_own_area", "number", "residents"),
        *_columns("coverage_pct", "number", "%"),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%"),
        *_columns("places_n", "integer", "places"),
        *_columns("places_unknown_n", "integer", "places"),
        *_columns("reached_with_unknown", "number", "residents"),
        *_columns(
            "coverage_with_unknown_pct coverage_with_unknown_low_pct "
            "coverage_with_unknown_high_pct",
            "number",
            "%",
        ),
        *_columns("circle_reached", "number", "residents"),
        *_columns("circle_coverage_pct", "number", "%", says="coverage_pct"),
        *_columns(
            "circle_coverage_low_pct circle_coverage_high_pct",
            "number",
            "%",
            says="coverage_low_pct",
        ),
        *_columns("walk_min_mean walk_min_median walk_min_p90", "number", "min"),
        *_columns("approximate", "boolean", "true, false"),
        *_columns("remainder", "boolean", "true, false"),
        *_columns("draft", "boolean", "true, false"),
        *_columns("residents_estimated", "boolean", "true, false"),
    ),
    "councils": (
        *_columns("council_id council_name", "text", "", leaves=False),
        *_columns("shared", "text", "true, false", leaves=False),
    ),
    "slots": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("frequency", "text", "`weekly`, `monthly`"),
        *_columns("weekday", "integer", "0 Monday … 6 Sunday"),
        *_columns("half_day", "text", "`am`, `pm`"),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m", says="age_group"),
        *_columns("walk_limit_min", "number", "min", says="age_group"),
        *_columns("residents reached coverage_pct", "number", "residents, %"),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%"),
        *_columns("reached_with_unknown", "number", "residents"),
        *_columns("places_n", "integer", "places"),
        *_columns("approximate draft remainder residents_estimated", "boolean", "true, false"),
    ),
    "combined": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m", says="age_group"),
        *_columns("walk_limit_min", "number", "min", says="age_group"),
        *_columns("residents reached coverage_pct", "number", "residents, %"),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%"),
        *_columns("reached_combined", "number", "residents"),
        *_columns("combined_pct", "number", "%"),
        *_columns("combined_low_pct combined_high_pct", "number", "%"),
        *_columns("approximate draft remainder residents_estimated", "boolean", "true, false"),
    ),
    "provision": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("frequency age_group", "text", ""),
        *_columns("walk_limit_m walk_limit_min", "number", "", says="frequency"),
        *_columns("profile", "text", "", says="frequency"),
        *_columns("residents", "number", "residents"),
        *_columns("residents_unlocated", "number", "residents"),
        *_columns("places_n places_seats_assumed_n", "integer", "places"),
        *_columns(
            "places_per_1000 places_per_1000_low places_per_1000_high",
            "number",
            "places per 1,000",
        ),
        *_columns("seats_per_week", "number", "seats a week"),
        *_columns("seats_needed_per_week", "number", "seats a week"),
        *_columns("seats_missing_per_week", "number", "seats a week"),
        *_columns("places_missing_n", "number", "places"),
        *_columns(
            "residents_served residents_over_capacity residents_outside",
            "number",
            "residents",
        ),
        *_columns(
            "participants_low participants_central participants_high",
            "number",
            "residents",
        ),
        *_columns(
            "access_seats_per_100 access_seats_per_100_low access_seats_per_100_high",
            "number",
            "seats a week per 100",
        ),
        *_columns("approximate draft remainder residents_estimated", "boolean", "true, false"),
    ),
    "inequality": (
        *_columns("layer frequency age_group", "text", ""),
        *_columns("walk_limit_m walk_limit_min", "number", "", says="layer"),
        *_columns("profile", "text", "", says="layer"),
        *_columns("units_n", "integer", "units"),
        *_columns("residents", "number", "residents"),
        *_columns("gini", "number", "0 to 1"),
        *_columns("worst_tenth_pct", "number", "%"),
        *_columns("min_pct max_pct min_max_ratio", "number", "%, 0 to 1"),
        *_columns("draft", "boolean", "true, false"),
    ),
    "crosstabs": (
        *_columns("row_layer row_id row_name column_layer column_id column_name", "text", ""),
        *_columns("frequency age_group", "text", ""),
        *_columns("walk_limit_m walk_limit_min", "number", "", says="frequency"),
        *_columns("profile", "text", "", says="frequency"),
        *_columns("residents reached coverage_pct", "number", "residents, %"),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%"),
        *_columns("row_share_pct row_share_low_pct row_share_high_pct", "number", "%"),
        *_columns("column_share_pct column_share_low_pct column_share_high_pct", "number", "%"),
        *_columns("approximate residents_estimated", "boolean", "true, false"),
    ),
    "resilience": (
        *_columns("place_id name venue_id council_id", "text", ""),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m walk_limit_min", "number", "", says="age_group"),
        *_columns("profile", "text", "", says="age_group"),
        *_columns("venue_frequency venue_frequency_without", "text", "class"),
        *_columns("residents_within", "number", "residents"),
        *_columns("residents_lost residents_kept", "number", "residents"),
        *_columns("rank", "integer", "1 …"),
        *_columns("residents_estimated", "boolean", "true, false"),
    ),
    "backup": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m walk_limit_min", "number", "", says="age_group"),
        *_columns("profile", "text", "", says="age_group"),
        *_columns("residents reached", "number", "residents"),
        *_columns("reached_with_backup reached_without_backup", "number", "residents"),
        *_columns("backup_pct backup_low_pct backup_high_pct", "number", "%"),
        *_columns("approximate draft remainder residents_estimated", "boolean", "true, false"),
    ),
    "gaps": (
        *_columns("layer area_id area_name version council_id", "text", ""),
        *_columns(
            "gap",
            "text",
            "`weekly_or_more`, `monthly_only`, `none`, `needs_transport`, `unknown`, `no_streets`",
        ),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m walk_limit_min", "number", "", says="age_group"),
        *_columns("residents", "number", "residents"),
        *_of_groups(RESIDENTS_OF, says="residents"),
        *_columns("unreached", "number", "residents"),
        *_columns("off_streets", "number", "residents"),
        *_columns("undecided", "number", "residents"),
        *_columns("coverage_pct coverage_low_pct coverage_high_pct", "number", "%"),
        *_columns("nearest_place_id nearest_place_name", "text", ""),
        *_columns("nearest_place_walk_m", "number", "m"),
        *_columns("nearest_place_walk_min", "number", "min", says="nearest_place_walk_m"),
        *_columns("nearest_place_climb_m", "number", "m", says="nearest_place_walk_m"),
        *_columns("nearest_place_steps", "number", "steps", says="nearest_place_walk_m"),
        *_columns("nearest_place_straight_m", "number", "m", says="nearest_place_walk_m"),
        *_columns("nearest_place_council_id", "text", "", says="nearest_place_id"),
        *_columns("why why_en", "words", "text"),
        *_columns("sign_note sign_note_en", "words", "text"),
        *_columns("places_n", "integer", "places"),
        *_columns("places_unknown_n", "integer", "places"),
        *_columns("approximate", "boolean", "true, false"),
        *_columns("residents_estimated", "boolean", "", says="age_group"),
        *_columns("rank_by_number rank_by_rate", "integer", "1 …"),
        *_columns("need", "number", "weighted residents"),
        *_columns("need_of", "text", "age groups", says="need"),
        *_columns("need_rank", "integer", "1 …", says="rank_by_number"),
        *_of_groups(UNREACHED_OF, says="unreached_75"),
        *_columns(
            "stop_residents stop_pct stop_low_pct stop_high_pct",
            "number",
            "residents, %",
        ),
        *_columns("nearest_stop_id nearest_stop_name", "text", ""),
        *_columns("nearest_stop_walk_m", "number", "m", says="nearest_stop_id"),
        *_columns("place_by_stop_id place_by_stop_name", "text", ""),
        *_columns(
            "place_by_stop_walk_m place_by_stop_straight_m",
            "number",
            "m",
            says="place_by_stop_id",
        ),
        *_columns("is_split", "boolean", "true, false"),
        *_columns("split_by split_by_en", "words", "text", says="is_split"),
        *_columns("nearest_place_council_name", "text", "", leaves=False),
        *_columns("needs_transport_below", "text", "residents", leaves=False),
        *_columns(
            "reason",
            "text",
            "`nobody`, `no_way`, `no_way_known`, `nearest_weekly`, `needs_transport`, "
            "`needs_transport_stops`, `needs_transport_stops_known`, `off_streets`, "
            "`place_off_streets`",
            leaves=False,
        ),
        *_columns("divided", "facts", "parts"),
    ),
    "candidates": (
        *_columns("candidate_id plan_id", "text", ""),
        *_columns("rank", "integer", "", says="candidate_id"),
        *_columns("action", "text", "`upgrade`, `open`"),
        *_columns("days_unknown", "boolean", "true, false"),
        *_columns("frequency", "text", "class"),
        *_columns("venue_id place_id venue_name kind address", "text", ""),
        *_columns("newly_reached", "number", "residents"),
        *_columns("newly_reached_alone", "number", "residents"),
        *_columns(
            "coverage_after_pct coverage_after_low_pct coverage_after_high_pct",
            "number",
            "%",
        ),
        *_columns("overlap_pct", "number", "%"),
        *_columns("cost_max_yen", "integer", "yen"),
        *_columns("reasons reasons_en", "words", "text"),
        *_columns("status", "text", "`proposed`, `discussed`, `adopted`, `rejected`"),
        *_columns("council_id units_gained", "text", ""),
        *_columns("blurred", "boolean", "true, false"),
        *_columns("schedule_text", "text", "text", leaves=False),
        *_columns("schedule_assumed", "boolean", "true, false", leaves=False, says="schedule_text"),
        *_columns("private_home", "boolean", "true, false", leaves=False),
        *_columns("geometry", "geometry", "point"),
        *_columns("age_group", "text", "", leaves=False),
        *_columns("walk_limit_m", "text", "m", leaves=False, says="age_group"),
        *_columns("walk_limit_min", "text", "min", leaves=False, says="age_group"),
    ),
    "places": (
        *_columns("place_id name kind", "text", ""),
        *_columns("frequency venue_frequency", "text", "class"),
        *_columns("days_unknown", "boolean", "true, false"),
        *_columns("sessions_per_month", "number", "sessions", says="frequency"),
        *_columns("schedule_text", "text", "text; true, false"),
        *_columns("schedule_read schedule_read_en", "words", "text", says="schedule_read"),
        *_columns("schedule_unread", "words", "text", says="schedule_read"),
        *_columns("status verified_on opened_on", "text", ", dates"),
        *_columns("venue_id", "text", "", says="place_id"),
        *_columns("located_by", "text", "`coordinates`, `venue`, …"),
        *_columns("unsnapped", "text", "code"),
        *_columns("unsnapped_why unsnapped_why_en", "words", "text", says="unsnapped"),
        *_columns("residents_reached", "number", "residents"),
        *_columns("residents_lost_if_closed", "number", "residents"),
        *_columns("council_id", "text", ""),
        *_columns("blurred", "boolean", "true, false"),
        *_columns("counts", "boolean", "true, false; code"),
        *_columns("not_counted", "text", "true, false; code", says="counts"),
        *_columns("schedule_assumed", "boolean", "text; true, false", says="schedule_text"),
        *_columns("stand_in", "boolean", "true, false"),
        *_columns("dates_assumed", "text", "code"),
        *_columns("qualifies", "text", "`yes`, `no`, `unknown`; text"),
        *_columns("qualifies_why qualifies_why_en", "words", "text", says="qualifies"),
        *_columns("programme_id", "text", ""),
        *_columns("status_since closed_on", "text", ", dates", says="status"),
        *_columns("drop_in individual_entry", "boolean", "", says="programme_id"),
        *_columns("open_hours fee_text", "text", "", says="programme_id"),
        *_columns("fee_yen floor_area_m2 capacity", "number", "", says="programme_id"),
        *_columns("target_groups", "text", "", says="programme_id"),
        *_columns("exercise_minutes", "number", "", says="programme_id"),
        *_columns("open_to_all", "boolean", "", says="programme_id"),
        *_columns("subsidy_end", "text", "", says="programme_id"),
        *_columns("online", "boolean", "", says="programme_id"),
        *_columns("catchment_scope", "text", "", says="programme_id"),
        *_columns("venue_name group_name", "text", ""),
        *_columns("address", "text", "", leaves=False),
        *_columns("located_level", "text", "", leaves=False),
        *_columns("confidence", "number", "0 to 1", leaves=False, says="located_level"),
        *_columns("private_home consent", "boolean", "true, false", leaves=False),
        *_columns("schedule_origin", "text", "`profile`", leaves=False),
        *_columns("typed_class", "text", "class", leaves=False),
        *_columns("row", "integer", "", leaves=False),
        *_columns("source_id", "text", "", leaves=False, says="row"),
        *_columns(
            "weeks_mask slots_weekly slots_monthly slots_open", "integer", "bits", leaves=False
        ),
        *_columns(
            "slots_unknown",
            "text",
            "`no_schedule`, `no_weekday`, `by_date`, `no_hours`",
            leaves=False,
        ),
        *_columns("residents_kept_if_closed", "number", "residents", leaves=False),
        *_columns("geometry", "geometry", "point"),
        *_columns("falls_short", "facts", "rules"),
    ),
    "streets": (
        *_columns("reach", "text", "`weekly`, `monthly`, `none`", leaves=False),
        *_columns("class", "text", "`major`, `minor`, `path`, `steps`", leaves=False),
        *_columns("geometry", "geometry", "lines", leaves=False),
    ),
    "reach": (
        *_columns("place_id", "text", ""),
        *_columns("frequency", "text", "class"),
        *_columns("walk_limit_m walk_limit_min", "number", "m, min"),
        *_columns("profile", "text", "m, min", says="walk_limit_m"),
        *_columns("geometry", "geometry", "polygons"),
    ),
    "edits": (
        *_columns("edit_id", "text", ""),
        *_columns("kind", "text", "`barrier`, `closed`, `path`, `correction`"),
        *_columns("name", "text", "text"),
        *_columns("valid_from valid_to", "text", "dates"),
        *_columns("geometry", "geometry", "lines, polygons"),
    ),
    "milestones": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("kind", "text", "`council`, `coordinator`, `base`, `committee`"),
        *_columns("stage", "text", "`study`, `preparing`, `established`, `ended`, `none`"),
        *_columns("since", "text", "dates, `FY2016`"),
        *_columns("planned_stage planned", "text", "stage, dates", says="planned_stage"),
        *_columns("doc note", "text", ""),
        *_columns("page line", "integer", "", says="doc"),
        *_columns("approximate", "boolean", "true, false"),
        *_columns("said said_en", "words", "text", says="said"),
    ),
    "indicators": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("indicator label label_en", "text", ""),
        *_columns("kind", "text", "`share`, `count`, `mean`"),
        *_columns("value", "number", "of `unit`"),
        *_columns("low high", "number", "%"),
        *_columns("unit", "text", ""),
        *_columns("numerator denominator", "number", "residents, answers"),
        *_columns("respondents", "number", "answers"),
        *_columns("small_sample", "boolean", "true, false"),
        *_columns("median", "number", "of `unit`"),
        *_columns("rank_by_value rank_by_count", "integer", "1 …"),
        *_columns("areas_n", "integer", "areas"),
        *_columns("flag flag_en", "text", "text"),
        *_columns("as_of source_id note", "text", ""),
        *_columns("approximate", "boolean", "true, false", says="approximate"),
    ),
    "rules": (
        *_columns("rule_set label label_en", "text", ""),
        *_columns("place_id name kind programme_id frequency", "text", ""),
        *_columns("counts", "boolean", "true, false"),
        *_columns("verdict", "text", "`yes`, `no`, `unknown`, `other`"),
        *_columns("fails fails_en", "words", "text", says="fails"),
        *_columns("not_known not_known_en", "words", "text", says="not_known"),
        *_columns("origin", "text", ""),
    ),
    "milestone_years": (
        *_columns("layer kind stage", "text", ""),
        *_columns("fiscal_year", "integer", ""),
        *_columns("fiscal_year_ja as_of", "text", "", says="fiscal_year"),
        *_columns("planned", "boolean", "true, false"),
        *_columns("areas_n of_n", "integer", "areas"),
        *_columns("share_pct", "number", "%"),
        *_columns("undated_n", "integer", "areas"),
        *_columns("told_by", "text", "`areas`, `document`"),
        *_columns("approximate", "boolean", "true, false"),
        *_columns("doc note", "text", ""),
        *_columns("page line", "integer", "", says="doc"),
    ),
    "activity_counts": (
        *_columns("layer area_id area_name", "text", ""),
        *_columns("activity", "text", ""),
        *_columns("counted", "text", "`groups`, `sessions`, `attendance`, `visits`"),
        *_columns("period", "text", "`month`, `quarter`, `year`"),
        *_columns("fiscal_year quarter", "integer", "", says="period"),
        *_columns("month", "text", "", says="period"),
        *_columns("count", "number", "times, people or groups"),
        *_columns("told_n of_n", "integer", "months"),
    ),
    "areas": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("council_id", "text", ""),
        *_columns("approximate draft", "boolean", "true, false"),
    ),
    "plans": (
        *_columns("target_class current_class", "text", "class"),
        *_columns("source", "text", "`place`, `venue`, `point`"),
        *_columns("venue_name_en", "words", "text"),
        *_columns("yearly_max_yen opening_max_yen", "number", "yen"),
        *_columns("yen_per_newly_reached", "number", "yen per resident"),
        *_columns("marginal", "number", "residents"),
        *_columns("stays_pct", "number", "%"),
        *_columns("hazards", "text", "text"),
    ),
    "timeline_years": (
        *_columns("fiscal_year", "integer", ""),
        *_columns("fiscal_year_ja as_of", "text", "", says="fiscal_year"),
        *_columns("with_suspended with_planned", "boolean", "true, false"),
        *_columns("places_n", "integer", "places"),
        *_columns(
            "places_monthly places_weekly places_permanent places_unknown",
            "integer",
            "places",
        ),
        *_columns("places_suspended places_planned", "integer", "places"),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m", says="age_group"),
        *_columns("walk_limit_min", "number", "min", says="age_group"),
        *_columns("residents", "number", "residents"),
        *_columns("reached_monthly reached_weekly reached_permanent", "number", "residents"),
        *_columns(
            "coverage_monthly_pct coverage_weekly_pct coverage_permanent_pct",
            "number",
            "%",
        ),
        *_columns(
            "coverage_monthly_low_pct coverage_weekly_low_pct coverage_permanent_low_pct",
            "number",
            "%",
        ),
        *_columns(
            "coverage_monthly_high_pct coverage_weekly_high_pct coverage_permanent_high_pct",
            "number",
            "%",
            says="coverage_monthly_low_pct",
        ),
        *_columns("places_documented", "text", ""),
        *_columns(
            "opening_assumed_n suspension_assumed_n schedule_assumed_n",
            "integer",
            "places",
        ),
        *_columns("closed_undated_n planned_undated_n", "integer", "places"),
        *_columns("remarks remarks_en", "words", "text"),
    ),
    "timeline_areas": (
        *_columns("fiscal_year", "integer", ""),
        *_columns("fiscal_year_ja as_of", "text", "", says="fiscal_year"),
        *_columns("with_suspended with_planned", "boolean", "true, false", says="fiscal_year"),
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("frequency age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m", says="frequency"),
        *_columns("walk_limit_min", "number", "min", says="frequency"),
        *_columns("residents reached coverage_pct", "number", "residents, %"),
        *_columns("coverage_low_pct coverage_high_pct", "number", "%"),
        *_columns("places_n", "integer", "places"),
        *_columns("approximate remainder", "boolean", "true, false"),
    ),
    "timeline_targets": (
        *_columns("fiscal_year", "integer", ""),
        *_columns("fiscal_year_ja as_of", "text", "", says="fiscal_year"),
        *_columns("with_suspended with_planned", "boolean", "true, false", says="fiscal_year"),
        *_columns("frequency layer label label_en", "text", ""),
        *_columns("number", "integer", "areas, places"),
        *_columns("reached", "integer", "areas, places"),
        *_columns("counts", "text", "`areas`, `places`", says="reached"),
        *_columns("places_n", "integer", "places"),
        *_columns("approximate", "boolean", "true, false"),
    ),
    "comparison_overview": (
        *_columns("scenario", "text", ""),
        *_columns("age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m", says="age_group"),
        *_columns("walk_limit_min", "number", "min", says="age_group"),
        *_columns("residents reached unreached coverage_pct", "number", "residents, %"),
        *_columns("change newly_reached no_longer_reached", "number", "residents"),
        *_columns(
            "gaps_weekly_or_more gaps_monthly_only gaps_none gaps_needs_transport gaps_unknown "
            "gaps_no_streets",
            "integer",
            "units",
        ),
        *_columns("places_n", "integer", "places"),
        *_columns("places_monthly places_weekly places_permanent", "integer", "places"),
        *_columns("cost_max_yen cost_per_year_yen cost_once_yen", "integer", "yen"),
    ),
    "comparison_coverage": (
        *_columns("layer area_id area_name version", "text", ""),
        *_columns("frequency age_group", "text", ""),
        *_columns("walk_limit_m", "number", "m", says="frequency"),
        *_columns("walk_limit_min", "number", "min", says="frequency"),
        *_columns("residents reached", "number", "residents"),
        *_columns("places_n", "integer", "places"),
        *_columns("approximate draft remainder", "boolean", "true, false"),
        *_columns("coverage_pct unreached", "number", "%, residents"),
        *_columns("scenario", "text", ""),
        *_columns("change", "number", "residents"),
    ),
    "comparison_layers": (
        *_columns("scenario layer label label_en", "text", ""),
        *_columns("approximate", "boolean", "true, false"),
        *_columns("areas_n areas_with_weekly_n", "integer", "areas"),
        *_columns("worst_area_id worst_area_name", "text", ""),
        *_columns(
            "worst_coverage_pct worst_unreached worst_residents",
            "number",
            "%, residents",
        ),
    ),
    "comparison_gaps": (
        *_columns("layer area_id area_name", "text", ""),
        *_columns("gap", "text", "class of the unit"),
        *_columns("scenario", "text", ""),
        *_columns("gap_today", "text", "class of the unit"),
    ),
    "comparison_targets": (
        *_columns("scenario", "text", ""),
        *_columns("frequency layer label label_en", "text", ""),
        *_columns("number", "integer", "areas, places"),
        *_columns("reached", "integer", "areas, places"),
        *_columns("counts", "text", "`areas`, `places`", says="reached"),
        *_columns("change", "integer", "areas, places"),
    ),
    "comparison_changes": (
        *_columns("scenario", "text", ""),
        *_columns("number", "integer", "1 …", says="scenario"),
        *_columns("action place_id name schedule_text", "text", ""),
        *_columns("frequency_before frequency_after", "text", "class"),
        *_columns("cost_per_year_yen cost_once_yen", "integer", "yen"),
    ),
    "raster_comparison": (
        *_columns("layer age_group area_id area_name", "text", ""),
        *_columns("raster_residents buildings_residents", "number", "residents"),
        *_columns("difference ratio", "number", "residents, share"),
    ),
}
"""Table → its columns; those that leave stand in the order in which they do."""

IDS = {
    "areas": ["layer", "area_id", "version"],
    "places": ["place_id"],
    "coverage": ["layer", "area_id", "frequency", "age_group", "limit", "profile"],
    "coverage_table": ["layer", "area_id", "frequency", "age_group", "limit", "profile"],
    "gaps": ["layer", "area_id"],
    "candidates": ["candidate_id"],
    "reach": ["place_id", "frequency", "limit", "profile"],
    "edits": ["edit_id"],
    "milestones": ["layer", "area_id", "kind"],
    "indicators": ["layer", "area_id", "indicator"],
}
"""Collection → the columns that tell a feature; its title is in the catalogue."""

TABLE_OF: dict[str, Literal["coverage"]] = {"coverage_table": "coverage"}
"""
Collection without geometry → the table that it is.

``coverage`` itself is one feature an area: the answer to one question.
"""

LAYERS = tuple(name for name in IDS if name not in TABLE_OF)
"""Collections with geometry."""


def leaving(table: str) -> tuple[str, ...]:
    """Return the columns of a table that may leave, in order, without the geometry."""
    kept = [one for one in TABLES[table] if not _stays(one) and one.kind != "geometry"]
    return tuple(one.name for one in kept)


def kept(there: Iterable[Hashable], table: str) -> list[str]:
    """Return the columns of a table that may leave, of those that are there."""
    names = set(there)
    return [name for name in leaving(table) if name in names]


def json_types(table: str) -> dict[str, str]:
    """Return the columns of a table that leave with their JSON types."""
    kinds = {one.name: one.kind for one in TABLES[table]}
    return {name: JSON_TYPES.get(kinds[name], kinds[name]) for name in leaving(table)}


def _stays(column: Column) -> bool:
    return not column.leaves or column.kind == "facts"


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
