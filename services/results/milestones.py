"""Milestones: how far each area is on a day, and how many areas were at the end of each fiscal year."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from services.profile import Layer, Profile
from services.words.dates import fiscal_year_end, fiscal_year_name, span_of
from services.words.shares import Share, share
from services.words.texts import is_figure, number, text, when_text
from services.words.vocabulary import ESTABLISHED, NOT_THERE, STAGES
from services.workspace.folder import Workspace

COLUMNS = (
    *("layer", "area_id", "area_name", "version", "kind", "stage", "since"),
    *("planned_stage", "planned", "doc", "page", "line", "note", "approximate"),
)
YEAR_COLUMNS = (
    *("layer", "kind", "stage", "fiscal_year", "fiscal_year_ja", "as_of", "planned"),
    *("areas_n", "of_n", "share_pct", "undated_n", "told_by", "approximate"),
    *("doc", "page", "line", "note"),
)
AREAS, DOCUMENT = "areas", "document"
"""Whose a figure of a year is: counted from rows of areas, or told by a document."""
_YEARS_MAX = 60


def milestones_frame(workspace: Workspace, day: date) -> pd.DataFrame:
    """
    Return each area and kind of a layer that has milestones, as on a day (``COLUMNS``).

    ``stage`` is the furthest that is told to be reached by that day, ``none`` where the list names every area that
    has one and not this, '' where nobody tells. What has no date counts as reached. ``planned_stage``
    is the next one that is planned beyond it. Areas without borders have no version.
    """
    told = workspace.of_areas("milestones")
    told = told[told["area_id"] != ""]
    complete = {(one.layer, one.kind) for one in workspace.declared.milestone_names if one.complete}
    keys = dict.fromkeys([*zip(told["layer"], told["kind"], strict=True), *sorted(complete)])
    rows = []
    for layer, kind in keys:
        mine = told[(told["layer"] == layer) & (told["kind"] == kind)]
        by_area = {str(one): rows for one, rows in mine.groupby("area_id", sort=False)}
        for area in _areas(workspace, layer, mine):
            found = by_area.get(area["area_id"], mine.iloc[:0])
            state = _state(found, day)
            if not state["stage"] and (layer, kind) in complete:
                state["stage"] = NOT_THERE
            rows.append({**area, "kind": kind, **state})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"page": "float64", "line": "float64"})


def _areas(workspace: Workspace, layer: str, told: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield all areas of a layer; without borders those that the profile or the rows name."""
    areas = workspace.areas()
    drawn = areas[areas["layer"] == layer]
    if len(drawn):
        columns = ["layer", "area_id", "area_name", "version", "approximate"]
        for row in drawn[columns].to_dict("records"):
            yield {str(name): value for name, value in row.items()}
        return
    declared = workspace.declared.layer(layer)
    names = {name: name for name in declared.area_names}
    names |= dict(zip(told["area_id"], told["area_name"], strict=True))
    for area_id, name in names.items():
        yield {
            "layer": layer,
            "area_id": area_id,
            "area_name": name,
            "version": declared.version,
            "approximate": declared.approximate,
        }


def _state(rows: pd.DataFrame, day: date) -> dict[str, Any]:
    """Return the furthest stage reached on a day, and the next that is planned."""
    order = {str(stage): number for number, stage in enumerate(STAGES)}
    reached: Mapping[Any, Any] = {}
    planned: Mapping[Any, Any] = {}
    for row in sorted(rows.to_dict("records"), key=lambda one: order[one["stage"]]):
        span = span_of(row["since"])
        if row["planned"]:
            planned = planned or row
        elif span is None or span[0] <= day:
            reached = row
    at = order[reached["stage"]] if reached else -1
    if planned and order[planned["stage"]] <= at:
        planned = {}
    source = reached or planned
    return {
        "stage": reached.get("stage", ""),
        "since": reached.get("since", ""),
        "planned_stage": planned.get("stage", ""),
        "planned": planned.get("since", ""),
        **{name: source.get(name) for name in ("page", "line")},
        **{name: source.get(name, "") for name in ("doc", "note")},
    }


def milestone_years(workspace: Workspace, ends: Sequence[date] = ()) -> pd.DataFrame:
    """
    Return how many areas of each layer are at each stage at the end of fiscal years (``YEAR_COLUMNS``).

    Rows of areas are counted (``told_by`` areas) at each of ``ends``, without them from the first
    year that has a date to the last; a date of which a part is known counts from its last day on, what
    has no date in no year (``undated_n``). A figure of a document (``told_by`` document) stands at the
    fiscal year that its date lies in. ``planned`` areas are those that are to be at the stage by then.
    """
    told = workspace.of_areas("milestones")
    rows: list[dict[str, Any]] = []
    named = told[told["area_id"] != ""]
    for (layer, kind), mine in named.groupby(["layer", "kind"], sort=False):
        of_n = areas_n(workspace, str(layer))
        for end in ends or _ends(mine):
            rows += _year(mine, end, str(layer), str(kind), of_n)
    for row in told[told["area_id"] == ""].to_dict("records"):
        rows.append(_document(row))
    found = pd.DataFrame(rows, columns=list(YEAR_COLUMNS))
    floats = ("areas_n", "of_n", "share_pct", "undated_n", "page", "line")
    found = found.astype(dict.fromkeys(floats, "float64"))
    keys = ["layer", "kind", "fiscal_year", "as_of"]
    return found.sort_values(keys, kind="stable").reset_index(drop=True)


def areas_n(workspace: Workspace, layer: str) -> int | None:
    """Return how many areas a layer has: drawn ones, else those that documents count or name."""
    drawn = int((workspace.areas()["layer"] == layer).sum())
    declared: Layer = workspace.declared.layer(layer)
    return drawn or declared.count or len(declared.area_names) or None


def _ends(rows: pd.DataFrame) -> list[date]:
    """Return the ends of the fiscal years from the first date to the last."""
    spans = [span for span in map(span_of, rows["since"]) if span is not None]
    if not spans:
        return []
    years = [_fiscal_year(span[1]) for span in spans]
    first = max(min(years), max(years) - _YEARS_MAX)
    return [date(year + 1, 3, 31) for year in range(first, max(years) + 1)]


def _fiscal_year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1  # noqa: PLR2004  April


def _year(
    rows: pd.DataFrame, end: date, layer: str, kind: str, of_n: int | None
) -> Iterator[dict[str, Any]]:
    """Yield the areas at each stage at the end of a year, without and with what is planned."""
    dated_rows = rows[rows["since"] != ""]
    undated = rows.loc[(rows["since"] == "") & ~rows["planned"], "area_id"].nunique()
    by_then = [
        row
        for row in dated_rows.to_dict("records")
        if (span_of(row["since"]) or (end, end))[1] <= end
    ]
    order = {str(stage): number for number, stage in enumerate(STAGES)}
    for planned in (False, True):
        furthest: dict[str, str] = {}
        for row in by_then:
            stage, area = str(row["stage"]), str(row["area_id"])
            if planned >= row["planned"] and order[stage] >= order[furthest.get(area, STAGES[0])]:
                furthest[area] = stage
        counts = pd.Series(list(furthest.values()), dtype=object).value_counts()
        if planned and not any(row["planned"] for row in by_then):
            return
        for stage in STAGES:
            number = int(counts.get(stage, 0))
            if number or stage == ESTABLISHED:
                yield {
                    **_of_year(end),
                    "layer": layer,
                    "kind": kind,
                    "stage": stage,
                    "planned": planned,
                    "areas_n": number,
                    "of_n": of_n,
                    "share_pct": 100.0 * number / of_n if of_n else None,
                    "undated_n": int(undated),
                    "told_by": AREAS,
                    "approximate": False,
                    **dict.fromkeys(("doc", "note"), ""),
                }


def _of_year(end: date) -> dict[str, Any]:
    return {
        "fiscal_year": end.year - 1,
        "fiscal_year_ja": fiscal_year_name(end),
        "as_of": end.isoformat(),
    }


def _document(row: dict[Any, Any]) -> dict[str, Any]:
    """Return the figure of a document at the fiscal year that its date lies in."""
    span = span_of(row["since"])
    year = _fiscal_year(span[1]) if span else 0
    end = fiscal_year_end(str(year))
    names = ("layer", "kind", "stage", "planned", "of_n", "share_pct", "approximate", "doc")
    return {
        **{name: row[name] for name in (*names, "page", "line", "note")},
        **_of_year(end),
        "as_of": row["since"],
        "areas_n": row["number"],
        "undated_n": None,
        "told_by": DOCUMENT,
    }


Names = dict[tuple[str, str], dict[str, str]]
"""Layer and kind → what the profile calls the kind (``label``, ``label_en``) and its stages."""


def names_of(profile: Profile) -> Names:
    """Return what the profile calls its milestones."""
    return {
        (one.layer, one.kind): {
            "label": one.label,
            "label_en": one.label_en,
            **{str(stage): word for stage, word in one.stages.items()},
        }
        for one in profile.milestone_names
    }


def kind_text(names: Names, layer: str, kind: str, lang: str) -> str:
    """Return the name of a kind as the profile calls it, else the usual one."""
    own = names.get((layer, kind), {}).get("label" if lang == "ja" else "label_en", "")
    return own or text(f"milestone.kind.{kind}", lang)


def stage_text(names: Names, layer: str, kind: str, stage: str, lang: str) -> str:
    """Return the name of a stage; in Japanese as the profile calls it."""
    own = names.get((layer, kind), {}).get(stage, "") if lang == "ja" else ""
    return own or text(f"milestone.stage.{stage}", lang)


def milestone_sentence(row: Mapping[Any, Any], names: Names, lang: str) -> str:
    """Say how far an area is with one kind: the stage and since when, then what is planned."""
    key = str(row["layer"]), str(row["kind"])
    said = [
        text(
            "milestone.since" if row["since"] else "milestone.at",
            lang,
            stage=stage_text(names, *key, str(row["stage"]), lang),
            since=when_text(str(row["since"]), lang),
        )
    ]
    if row["planned_stage"]:
        planned = text(
            "milestone.planned" if row["planned"] else "milestone.planned.undated",
            lang,
            stage=stage_text(names, *key, str(row["planned_stage"]), lang),
            when=when_text(str(row["planned"]), lang),
        )
        said = [*said, planned] if row["stage"] else [planned]
    return (
        kind_text(names, *key, lang)
        + text("text.colon", lang)
        + text("milestone.joint", lang).join(said)
    )


def figure_text(row: Mapping[Any, Any], lang: str, *, short: bool = False) -> str:
    """Write how many areas of how many: ``39／75（52.0%）``, a bare share where nothing else is told."""
    share_said = share(Share(float(row["share_pct"])), lang) if is_figure(row["share_pct"]) else ""
    if not is_figure(row["areas_n"]):
        said = share_said
    elif is_figure(row["of_n"]):
        said = text("milestone.of", lang, n=number(row["areas_n"]), of=number(row["of_n"]))
        said += "" if short else text("text.brackets", lang, text=share_said)
    else:
        said = number(row["areas_n"])
    return text("milestone.about", lang, figure=said) if row["approximate"] else said
