"""A schedule as plain data, ready for a JSON column."""

from typing import Any

from geo.schedule.meeting import Rule
from geo.schedule.recurrence import to_rrule
from geo.schedule.seasons import Season
from geo.schedule.typed import Schedule

FORMAT = 1


def schedule_to_dict(schedule: Schedule) -> dict[str, Any]:
    """Return rules, hours, seasons and remark; ``rrule`` says the same for a calendar."""
    return {
        "format": FORMAT,
        "rules": [_rule_to_dict(rule) for rule in schedule.rules],
        "times": [list(span) for span in schedule.times],
        "seasons": [
            {
                "name": season.name,
                "months": sorted(season.said_months),
                "times": [list(span) for span in season.times],
            }
            for season in schedule.seasons
        ],
        "note": schedule.note,
        "assumed": schedule.is_assumed,
        "rrule": to_rrule(schedule),
    }


def schedule_from_dict(value: dict[str, Any]) -> Schedule:
    """Return the schedule that ``schedule_to_dict`` has written."""
    return Schedule(
        rules=tuple(
            Rule(
                kind=rule["kind"],
                weekdays=frozenset(rule["weekdays"]),
                weeks=frozenset(rule["weeks"]),
                days=frozenset(rule["days"]),
                times=rule["times"],
                months=frozenset(rule["months"]),
            )
            for rule in value["rules"]
        ),
        times=tuple((start, end) for start, end in value["times"]),
        note=value["note"],
        seasons=tuple(
            Season(
                season["name"],
                tuple((start, end) for start, end in season["times"]),
                frozenset(season["months"]),
            )
            for season in value["seasons"]
        ),
    )


def _rule_to_dict(rule: Rule) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "weekdays": sorted(rule.weekdays),
        "weeks": sorted(rule.weeks),
        "days": sorted(rule.days),
        "times": rule.times,
        "months": sorted(rule.months),
    }
