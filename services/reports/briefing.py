"""The briefing: what the first screen of every output says, as plain values and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from services.drawing.signs import EDIT_SIGNS
from services.publication.aspect import Aspect, limit_in
from services.publication.tables import Publication
from services.publication.viewed import numbers_note, stamp
from services.words.assumptions import marks
from services.words.reasons import SOMEBODY, doing
from services.words.shares import Share, people_share, share
from services.words.texts import (
    age_group_text,
    is_figure,
    limit_text,
    listed,
    metres,
    number,
    people,
    text,
)
from services.workspace.folder import Snapshot


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """
    Residents of an age group and those of them who are reached; None where nobody lives.

    ``…_with_unknown`` is as if all places of unknown days met that often; of these there are
    ``places_unknown_n``.
    """

    residents: float | None
    reached: float | None
    coverage_pct: float | None
    reached_with_unknown: float | None = None
    coverage_with_unknown_pct: float | None = None
    places_unknown_n: float | None = None

    @property
    def share(self) -> Share:
        """Return the share of those who are reached."""
        return Share(self.coverage_pct, part=self.reached, whole=self.residents)

    @property
    def unreached(self) -> float | None:
        """Return the residents who are not reached."""
        if self.residents is None or self.reached is None:
            return None
        return self.residents - self.reached

    @property
    def undecided(self) -> float:
        """Return those of them for whom it hangs on days that nobody knows."""
        return (self.reached_with_unknown or 0.0) - (self.reached or 0.0)


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area of a table."""

    area_id: str
    name: str
    figures: HeadFigures
    approximate: bool


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """One candidate of a table."""

    rank: int
    action: str
    venue_name: str
    kind: str
    days_unknown: bool
    """Nobody knows when the place meets: ``newly_reached`` is for whom finding out decides."""
    newly_reached: float | None
    cost_max_yen: float | None
    reasons: str

    @property
    def doing(self) -> str:
        """Return the word of what is to be done."""
        return doing(self.action, days_unknown=self.days_unknown)


@dataclass(frozen=True, slots=True)
class Briefing:
    """The result of one run for the whole municipality."""

    municipality: str
    fictional: bool
    age_group: str
    limit: str
    figures: HeadFigures
    unknown: str
    """First of all: what nobody knows, and how far the share could move; empty where all is known."""
    no_streets: str
    """Beside it: where the data has no streets, and for how many; empty where it has some everywhere."""
    sentence: str
    unreached: str
    notes: tuple[str, ...]
    gaps: Mapping[str, int]
    gap_label: str
    council_label: str
    councils: tuple[AreaLine, ...]
    candidates: tuple[CandidateLine, ...]
    edits: tuple[str, ...]
    """Kinds of what planners drew that is in force."""
    cut_off: int
    """Places that no walk reaches, for they join no street."""
    stamp: str
    """Over all of the exact view; empty in the public one."""
    numbers: str
    """What the numbers of people are, in one line."""
    few_below: int


def briefing(snapshot: Snapshot, lang: str) -> Briefing:
    """Return the briefing of a snapshot."""
    summary = snapshot.run["summary"]
    tables = Publication(snapshot).disclosed
    figures = figures_of(summary)
    profile, few = snapshot.workspace.profile, snapshot.workspace.few_below
    gap_layer, council_layer = (
        profile.layer(summary[name]) for name in ("gap_layer", "council_layer")
    )
    return Briefing(
        municipality=summary["municipality"]["name" if lang == "ja" else "name_en"],
        fictional=bool(summary["municipality"]["fictional"]),
        age_group=age_group_text(summary["age_group"], lang),
        limit=main_limit_text(snapshot.run, lang),
        figures=figures,
        unknown=days_unknown(figures, Aspect.main(snapshot.run), lang),
        no_streets=no_streets_line(
            NoStreets(
                summary["gaps"].get("no_streets", 0),
                summary.get("no_streets_residents") or 0.0,
                summary.get("off_streets") or 0.0,
            ),
            summary,
            lang,
            few,
        ),
        sentence=headline(figures, Aspect.main(snapshot.run), lang, few),
        unreached=unreached_line(figures, lang, few),
        notes=notes(snapshot, lang),
        gaps=summary["gaps"],
        gap_label=gap_layer.label if lang == "ja" else gap_layer.label_en,
        council_label=council_layer.label if lang == "ja" else council_layer.label_en,
        councils=area_lines(main_rows(tables.coverage, snapshot.run, council_layer.id), lang),
        candidates=candidate_lines(tables.candidates, lang),
        edits=edit_kinds(tables.edits),
        cut_off=summary["places_cut_off_n"],
        stamp=stamp(snapshot.workspace, lang),
        numbers=numbers_note(snapshot.workspace, lang),
        few_below=few,
    )


def edit_kinds(edits: pd.DataFrame) -> tuple[str, ...]:
    """Return the kinds that occur among edits, in the order of their signs."""
    there = set(edits["kind"])
    return tuple(kind for kind in EDIT_SIGNS if kind in there)


def main_limit_text(run: Mapping[str, Any], lang: str) -> str:
    """Return the limit that a run is judged by: ``500m``, ``10分``."""
    limit = limit_in(run["parameters"])
    return limit_text(limit.m, limit.minutes, lang)


def headline(figures: HeadFigures, asked: Aspect, lang: str, few: int = 0) -> str:
    """Return the one sentence: how many of the residents are reached; ``few`` as in ``people``."""
    group = age_group_text(asked.age_group, lang)
    if not figures.residents:
        return text("provision.nobody", lang, age_group=group)
    return text(
        "sentence",
        lang,
        age_group=group,
        residents=people(figures.residents, lang, few),
        reached=_at_least(figures, people_share(figures.share, lang, few), lang),
        limit=limit_text(asked.limit.m, asked.limit.minutes, lang),
        frequency=text(f"frequency.{asked.frequency}", lang),
    )


def _at_least(figures: HeadFigures, reached: str, lang: str) -> str:
    if figures.undecided < SOMEBODY:
        return reached
    return text("sentence.at_least", lang, reached=reached)


def unreached_line(figures: HeadFigures, lang: str, few: int = 0) -> str:
    """Return how many are not reached, and for how many of them it hangs on unknown days."""
    told = {"unreached": people(figures.unreached, lang, few)}
    if figures.undecided < SOMEBODY:
        return text("sentence.unreached", lang, **told)
    undecided = people(figures.undecided, lang, few)
    return text("sentence.undecided", lang, undecided=undecided, **told)


def days_unknown(figures: HeadFigures, asked: Aspect, lang: str, *, area: str = "") -> str:
    """
    Say of how many places nobody knows the days, and how far the share could move.

    Of an area by name with the places around it; '' where all is known that could change a figure.
    """
    places_n = int(figures.places_unknown_n or 0)
    if not figures.residents or (places_n == 0 and figures.undecided < SOMEBODY):
        return ""
    around = "area" if places_n else "around"
    key = f"sentence.unknown.{around}" if area else "sentence.unknown"
    might = Share(figures.coverage_with_unknown_pct, whole=figures.residents)
    return text(
        key,
        lang,
        n=number(places_n),
        area=area,
        frequency=text(f"frequency.{asked.frequency}", lang),
        low=share(figures.share, lang),
        high=share(might, lang),
    )


@dataclass(frozen=True)
class NoStreets:
    """Units of which the data of the streets does not tell, their residents, and all who are off the streets."""

    units_n: int
    residents: float
    off: float


def no_streets_line(
    found: NoStreets, summary: Mapping[str, Any], lang: str, few: int, *, area: str = ""
) -> str:
    """Say where the data has no streets and for how many people; of an area by name; '' where it has some."""
    if not found.units_n:
        return ""
    return text(
        "sentence.no_streets.area" if area else "sentence.no_streets",
        lang,
        area=area,
        n=number(found.units_n),
        residents=people(found.residents, lang, few),
        off=people(found.off, lang, few),
        age_group=age_group_text(summary["age_group"], lang),
    )


def notes(snapshot: Snapshot, lang: str) -> tuple[str, ...]:
    """Return what must stand beside every figure: fiction, assumptions, residents not counted."""
    summary = snapshot.run["summary"]
    found = [text("fictional", lang)] if summary["municipality"]["fictional"] else []
    found += marks(snapshot.run["assumptions"], lang)
    if missing := summary.get("without_borders"):
        names = [layer["label" if lang == "ja" else "label_en"] for layer in missing]
        layers = listed([*dict.fromkeys(names)], lang)
        found.append(text("without_borders", lang, layers=layers))
    if (unmatched := summary.get("unmatched_residents")) and unmatched >= 1:
        few = snapshot.workspace.few_below
        found.append(text("unmatched", lang, residents=people(unmatched, lang, few)))
    if cut_off := summary["places_cut_off_n"]:
        found.append(text("places_cut_off", lang, n=number(cut_off)))
    if nowhere := summary.get("places_unknown_unlocated_n"):
        found.append(text("unlocated.unknown", lang, n=number(nowhere)))
    if (off := summary.get("off_streets")) and off >= 1:
        few, limit_m = snapshot.workspace.few_below, snapshot.run["parameters"]["snap_limit_m"]
        group = age_group_text(summary["age_group"], lang)
        values = {"residents": people(off, lang, few), "limit": metres(limit_m, lang)}
        found.append(text("off_streets", lang, age_group=group, **values))
    low, high = (share(Share(summary.get(f"coverage_{x}_pct")), lang) for x in ("low", "high"))
    if low != high:
        most = share(Share(summary.get("coverage_with_unknown_high_pct")), lang)
        unknown = figures_of(summary).undecided >= SOMEBODY
        ends = {"low": low, "high": most if unknown else high}
        found.append(text("interval.unknown" if unknown else "interval", lang, **ends))
    return tuple(found)


def main_rows(coverage: pd.DataFrame, run: Mapping[str, Any], layer: str) -> pd.DataFrame:
    """Return the rows of one layer that the run is judged by."""
    return Aspect.main(run).rows(coverage[coverage["layer"] == layer])


def figures_of(row: Mapping[Any, Any]) -> HeadFigures:
    """Return the figures of a row, None for what it does not tell."""
    known = ("residents", "reached", "coverage_pct")
    unknown = ("reached_with_unknown", "coverage_with_unknown_pct", "places_unknown_n")
    return HeadFigures(*(figure(row[name]) for name in (*known, *unknown)))


def figure(value: object) -> float | None:
    """Return a finite number, else None."""
    return float(value) if is_figure(value) else None  # type: ignore[arg-type]  # is_figure says so


def area_lines(rows: pd.DataFrame, lang: str) -> tuple[AreaLine, ...]:
    """Return one line per area; a remainder in which nobody lives is left out."""
    lines = []
    for row in rows.to_dict("records"):
        figures = figures_of(row)
        if row["remainder"] and not figures.residents:
            continue
        name = text("remainder", lang) if row["remainder"] else str(row["area_name"])
        lines.append(AreaLine(str(row["area_id"]), name, figures, bool(row["approximate"])))
    return tuple(lines)


def candidate_lines(candidates: pd.DataFrame, lang: str) -> tuple[CandidateLine, ...]:
    """Return one line per candidate, by rank."""
    reasons = "reasons" if lang == "ja" else "reasons_en"
    return tuple(
        CandidateLine(
            rank=int(row["rank"]),
            action=str(row["action"]),
            venue_name=str(row["venue_name"]),
            kind=str(row["kind"]),
            days_unknown=bool(row["days_unknown"]),
            newly_reached=figure(row["newly_reached"]),
            cost_max_yen=figure(row["cost_max_yen"]),
            reasons=str(row[reasons]),
        )
        for row in candidates.sort_values("rank").to_dict("records")
    )
