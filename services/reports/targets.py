"""Targets as they are read: what there is, what is missing, what nobody knows, and how it is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.words.texts import NO_FIGURE, at_least_text, listed, number, text
from services.workspace.folder import Snapshot


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target of the profile and how far it is."""

    label: str
    wanted: str
    reached: str
    missing: str
    unknown: str
    """Places of unknown days that may count."""
    counted: str
    """The rule by which places are counted, and whence the target is."""


def target_lines(snapshot: Snapshot, lang: str) -> tuple[TargetLine, ...]:
    """Return the targets that a run knew."""
    return tuple(_line(one, lang) for one in snapshot.run["summary"]["targets"])


def _line(one: Mapping[str, Any], lang: str) -> TargetLine:
    kind = one.get("kind", "")
    rule = text(
        "target.rule.kind" if kind else "target.rule",
        lang,
        kind=kind,
        frequency=at_least_text(one["frequency"], lang),
    )
    said = [rule, text(f"target.counts.{one['counts']}", lang)]
    if not one.get("kind_is_there", True):
        kinds = listed(one["kinds_there"], lang) or text("rules.none_at_all", lang)
        said.append(text("target.none_yet", lang, kind=kind, kinds=kinds))
    unit = f"text.{one['counts']}"
    missing = max(one["number"] - one["reached"], 0)
    wanted = text(unit, lang, n=number(one["number"]))
    return TargetLine(
        label=str(one["label" if lang == "ja" else "label_en"]),
        wanted=text("share.approximate", lang, label=wanted) if one["approximate"] else wanted,
        reached=text(unit, lang, n=number(one["reached"])),
        missing=text(unit, lang, n=number(missing)),
        unknown=text("text.places", lang, n=number(one["unknown_n"]))
        if "unknown_n" in one
        else NO_FIGURE,
        counted=text("text.stop", lang).join([*said, one["origin"]]),
    )


def per_weekly_place(snapshot: Snapshot) -> float | None:
    """Return the residents of the age group per place that meets at least weekly by itself, None without one."""
    summary = snapshot.run["summary"]
    weekly = summary["places"]["weekly"] + summary["places"]["permanent"]
    return summary["residents"] / weekly if weekly and summary["residents"] else None
