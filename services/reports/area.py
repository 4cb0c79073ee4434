"""Reports: what the council of one area needs for a meeting, put together from a snapshot."""

import difflib
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from geo.errors import InvalidInputError, NotFoundError
from geo.schedule.typed import parse_schedule
from geo.vocabulary import GAP_CLASSES, rank
from services.drawing.svg import area_map
from services.publication.aspect import Aspect
from services.publication.tables import Publication
from services.publication.viewed import numbers_note, stamp
from services.reports.briefing import (
    NoStreets,
    days_unknown,
    edit_kinds,
    figure,
    figures_of,
    headline,
    main_limit_text,
    main_rows,
    no_streets_line,
    notes,
    unreached_line,
)
from services.reports.councils import COUNCIL_LAYER, area_council_lines, council_lines
from services.reports.indicators import indicator_lines
from services.reports.lines import (
    AgeLine,
    AreaCandidate,
    GapReport,
    PlaceLine,
    SourceLine,
    UnitLine,
    Walkers,
)
from services.reports.milestones import milestone_lines
from services.reports.sensitivity import limit_lines, walkers
from services.reports.week import week
from services.results.shares import ShareLine, share_table, shares_of_run
from services.words.assumptions import assumption, used
from services.words.dates import day_in_japan
from services.words.names import normalise
from services.words.reasons import DETOUR_WORTH_SAYING, WORTH_SAYING, is_doubtful
from services.words.schedules import how_often
from services.words.texts import age_group_text, metres, origin_text, people, text, yen
from services.workspace.councils import CouncilRow
from services.workspace.folder import Snapshot, Workspace, software_version

NAMES_SHOWN = 12


def gap_report(
    workspace: Workspace, area: str, *, layer: str | None = None, lang: str = "ja"
) -> GapReport:
    """Return the report of an area, by name or id, of a layer (else of the councils' first)."""
    publication = Publication(workspace.snapshot())
    return report_of(publication, find_area(publication, area, layer=layer), lang)


def report_of(
    publication: Publication,
    chosen: "pd.Series[Any]",
    lang: str,
    *,
    drawn: Callable[..., str] = area_map,
    coverage: pd.DataFrame | None = None,
    council: CouncilRow | None = None,
) -> GapReport:
    """
    Return the report of a row of the areas, with the map drawn of it; else with the coverage that is given.

    With a council the row is its own areas as one, of the layer ``COUNCIL_LAYER``, or its only area.
    """
    snapshot, workspace = publication.snapshot, publication.snapshot.workspace
    summary = snapshot.run["summary"]
    inside = _Inside(publication, chosen, council)
    if coverage is None:
        coverage = _rows_of(publication.table("coverage"), chosen)
    main = main_rows(coverage, snapshot.run, str(chosen["layer"]))
    figures, few = figures_of(main.iloc[0].to_dict()), workspace.few_below
    units, places, candidates = inside.units(), inside.places(), inside.candidates()
    gaps = _gap_counts(units)
    return GapReport(
        lang=lang,
        area_id=str(chosen["area_id"]),
        area_name=str(chosen["area_name"]),
        layer_label=_label(snapshot, str(chosen["layer"]), lang),
        council=council_lines(workspace, council, lang)
        if council
        else area_council_lines(workspace, str(chosen["layer"]), str(chosen["area_id"]), lang),
        municipality=summary["municipality"]["name" if lang == "ja" else "name_en"],
        fictional=bool(summary["municipality"]["fictional"]),
        made_on=day_in_japan(str(snapshot.run["made_at"])) if snapshot.run.get("made_at") else "",
        unknown=days_unknown(
            figures, Aspect.main(snapshot.run), lang, area=str(chosen["area_name"])
        ),
        no_streets=no_streets_line(
            _no_streets(units), summary, lang, few, area=str(chosen["area_name"])
        ),
        sentence=headline(figures, Aspect.main(snapshot.run), lang, few),
        unreached=unreached_line(figures, lang, few),
        notes=notes(snapshot, lang),
        figures=figures,
        age_group=age_group_text(summary["age_group"], lang),
        limit=main_limit_text(snapshot.run, lang),
        milestones=milestone_lines(publication, chosen.to_dict(), lang),
        indicators=indicator_lines(publication, chosen.to_dict(), lang),
        ages=_ages(coverage, snapshot.run, lang),
        gaps=gaps,
        unit_label=_label(snapshot, summary["gap_layer"], lang),
        units=_units(units, _Remarks(publication, inside.council_ids, lang)),
        places=_places(places, lang),
        edits=edit_kinds(publication.edits()),
        shares=_shares(snapshot, chosen, lang),
        candidates=_proposals(candidates, lang),
        candidates_note=_candidates_note(inside, lang),
        limits=limit_lines(coverage, snapshot.run, lang),
        walkers=walkers(coverage, snapshot.run, lang) if "profile" in coverage else Walkers((), ()),
        week=None
        if chosen["layer"] == COUNCIL_LAYER
        else week(
            publication,
            Aspect.main(snapshot.run),
            layer=str(chosen["layer"]),
            area=str(chosen["area_id"]),
        ),
        assumptions=_assumptions(snapshot, gaps, lang),
        sources=_sources(workspace),
        map_svg=drawn(
            inside.shape,
            inside.unit_shapes(),
            places,
            candidates,
            publication,
            stamp=stamp(workspace, lang),
        ),
        snapshot=snapshot.name,
        parameters_sha256=snapshot.run["parameters_sha256"],
        software=f"arukeba {software_version()}",
        stamp=stamp(workspace, lang),
        numbers=numbers_note(workspace, lang),
        few_below=few,
    )


def find_area(publication: Publication, area: str, *, layer: str | None) -> "pd.Series[Any]":
    """Return the row of an area by id or name, of the councils' layer before any other."""
    profile = publication.snapshot.workspace.profile
    areas = publication.areas()
    if layer is not None:
        areas = areas[areas["layer"] == profile.layer(layer).id]
    wanted = normalise(area)
    found = areas[(areas["area_id"] == area) | (areas["area_name"].map(normalise) == wanted)]
    council_layer = publication.snapshot.run["summary"]["council_layer"]
    if len(found) > 1 and (found["layer"] == council_layer).any():
        found = found[found["layer"] == council_layer]
    found = found[found["layer"] == found["layer"].iloc[0]] if len(found) else found
    if len(found) == 1:
        return found.iloc[0]
    if len(found) > 1:
        raise InvalidInputError(
            "{count} areas are named {area!r}; give an id: {ids}",
            area=area,
            count=len(found),
            ids=list(found["area_id"]),
        )
    councils = areas if layer else areas[areas["layer"] == council_layer]
    raise _unknown(area, list(areas["area_name"]), list(councils["area_name"]))


def _unknown(area: str, names: list[str], councils: list[str]) -> NotFoundError:
    near = [name for name in dict.fromkeys(names) if area and area in name]
    near += difflib.get_close_matches(area, names, n=5, cutoff=0.5)
    shown = list(dict.fromkeys(near or councils))
    listing = ", ".join(shown[:NAMES_SHOWN]) + (", …" if len(shown) > NAMES_SHOWN else "")
    return NotFoundError(
        "there is no area {area!r}; similar names: {names}"
        if near
        else "there is no area {area!r}; known names: {names}",
        area=area,
        names=listing,
    )


class _Inside:
    """What lies in the chosen area."""

    def __init__(
        self, publication: Publication, chosen: "pd.Series[Any]", council: CouncilRow | None
    ) -> None:
        self._publication = publication
        self.summary = publication.snapshot.run["summary"]
        self.profile = publication.snapshot.workspace.profile
        self._chosen = chosen
        self.shape = chosen["geometry"]
        self.is_council = chosen["layer"] == self.summary["council_layer"]
        self.council_id = str(chosen["area_id"] if self.is_council else chosen["council_id"])
        self._owns = council.owns if council and chosen["layer"] == COUNCIL_LAYER else ()
        own = [o.area_ids for o in self._owns if o.layer == self.summary["council_layer"]]
        self.council_ids = {key for ids in own for key in ids} or {self.council_id}

    def units(self) -> pd.DataFrame:
        """Return the gaps of the units in the area, most people not reached first, untold ones last."""
        gaps = self._publication.polygons("gaps")
        mine = gaps[self._mine(gaps)]
        order = ["_last", "unreached", "area_id"]
        sorted_gaps = mine.assign(_last=mine["gap"] == "no_streets").sort_values(
            order, ascending=[True, False, True], na_position="last"
        )
        return sorted_gaps.drop(columns="_last")

    def unit_shapes(self) -> gpd.GeoDataFrame:
        """Return the units in the area with their shapes."""
        gaps = self._publication.polygons("gaps")
        return gaps[self._mine(gaps)]

    def places(self) -> gpd.GeoDataFrame:
        """Return the places in the area that have not closed, as the municipality sorts them."""
        places = self._publication.points("places")
        places = places[self._holds(places) & (places["status"] != "closed")]
        ranked = places.assign(
            rank=-places["frequency"].map(rank).astype(int), _first=self._first(places)
        )
        return ranked.sort_values(["_first", "rank", "name", "place_id"], na_position="last")

    def _first(self, places: gpd.GeoDataFrame) -> "pd.Series[Any]":
        """Return what places are sorted by before how often they meet; missing where nobody knows."""
        order = self.profile.analysis.places_order
        if order == "name":
            return places["name"]
        if order == "weekday":
            days = [_first_weekday(str(typed or "")) for typed in places["schedule_text"]]
            return pd.Series(days, places.index, dtype=float)
        if order == "unit":
            areas = self._publication.areas()
            units = areas[areas["layer"] == self.summary["gap_layer"]]
            points = places.geometry
            there = points[~(points.isna() | points.is_empty)]
            found = locate(shapely.get_coordinates(there), units)
            ids = units["area_id"].to_numpy(dtype=object)
            known = pd.Series(
                [ids[unit] if unit >= 0 else None for unit in found], there.index, dtype=object
            )
            return known.reindex(places.index)
        return pd.Series(0, places.index)

    def candidates(self) -> gpd.GeoDataFrame:
        """Return the candidates in the area by rank."""
        candidates = self._publication.points("candidates")
        return candidates[self._holds(candidates)].sort_values("rank")

    def _mine(self, gaps: gpd.GeoDataFrame) -> "pd.Series[bool]":
        mine: pd.Series[bool]
        if self._owns:
            mine = gaps["area_id"].isin(())
            columns = {"council_layer": "council_id", "gap_layer": "area_id"}
            known = {self.summary[layer]: column for layer, column in columns.items()}
            for own in self._owns:
                mine |= (
                    gaps[known[own.layer]].isin(own.area_ids)
                    if own.layer in known
                    else gaps.geometry.representative_point().within(self.shape)
                )
        elif self.is_council:
            mine = gaps["council_id"] == self.council_id
        elif self._chosen["layer"] == self.summary["gap_layer"]:
            mine = gaps["area_id"] == self._chosen["area_id"]
        else:
            mine = gaps.geometry.representative_point().within(self.shape)
        return mine

    def _holds(self, points: gpd.GeoDataFrame) -> "pd.Series[bool]":
        if self.is_council and "council_id" in points:
            return points["council_id"] == self.council_id
        return points.geometry.intersects(self.shape)


def _first_weekday(typed: str) -> float:
    """Return the first weekday that a schedule names, 0 is Monday; NaN where it names none."""
    named = (rule.weekdays for rule in parse_schedule(typed).rules)
    return float(min(chain.from_iterable(named), default=np.nan))


def _rows_of(table: pd.DataFrame, chosen: "pd.Series[Any]") -> pd.DataFrame:
    mine = (table["layer"] == chosen["layer"]) & (table["area_id"] == chosen["area_id"])
    rows: pd.DataFrame = table[mine]
    return rows


def _label(snapshot: Snapshot, layer_id: str, lang: str) -> str:
    if layer_id == COUNCIL_LAYER:
        return text("council.label", lang)
    layer = snapshot.workspace.profile.layer(layer_id)
    return layer.label if lang == "ja" else layer.label_en


def _ages(coverage: pd.DataFrame, run: Mapping[str, Any], lang: str) -> tuple[AgeLine, ...]:
    rows = Aspect.main(run).rows(coverage, whatever=["age_group"])
    return tuple(
        AgeLine(age_group_text(row["age_group"], lang), figures_of(row))
        for row in rows.to_dict("records")
    )


def _units(gaps: pd.DataFrame, remarks: "_Remarks") -> tuple[UnitLine, ...]:
    return tuple(
        UnitLine(
            name=str(row["area_name"]),
            gap=str(row["gap"]),
            approximate=bool(row["approximate"]),
            residents=figure(row["residents"]),
            unreached=figure(row["unreached"]),
            nearest_name=str(row["nearest_place_name"] or ""),
            nearest_walk_m=figure(row["nearest_place_walk_m"]),
            nearest_walk_min=figure(row["nearest_place_walk_min"]),
            nearest_climb_m=figure(row["nearest_place_climb_m"]),
            nearest_steps=figure(row["nearest_place_steps"]),
            remark=remarks.of(row),
        )
        for row in gaps.to_dict("records")
    )


def _gap_counts(units: pd.DataFrame) -> dict[str, int]:
    """Count the units in which somebody lives, by class."""
    lived_in = units[units["residents"] > 0]
    return {name: int((lived_in["gap"] == name).sum()) for name in GAP_CLASSES}


def _no_streets(units: pd.DataFrame) -> NoStreets:
    """Count the units of which the data of the streets does not tell."""
    lacking = units[(units["gap"] == "no_streets") & (units["residents"] > 0)]
    sums = lacking[["residents", "off_streets"]].sum()
    return NoStreets(len(lacking), float(sums["residents"]), float(sums["off_streets"]))


_EXPLAINED = ("needs_transport", "unknown", "no_streets")
"""Classes whose whole reason is told."""
_TOLD = ("sign_note", "why")


class _Remarks:
    """What is said of a unit beside its nearest place, which has a column of its own."""

    def __init__(self, publication: Publication, council_ids: set[str], lang: str) -> None:
        areas = publication.areas()
        layer = publication.snapshot.run["summary"]["council_layer"]
        councils = areas[areas["layer"] == layer]
        self._names = dict(zip(councils["area_id"], councils["area_name"], strict=True))
        self._council_ids, self._lang = council_ids, lang

    def of(self, row: Mapping[Any, Any]) -> str:
        """Return what the sign does not say, where else the nearest place lies, or why there is none."""
        note, why = (str(row[name + ("" if self._lang == "ja" else "_en")] or "") for name in _TOLD)
        explained = row["gap"] in _EXPLAINED or not row["nearest_place_name"]
        said = [why if explained else self._nearest(row), note]
        return text("unit.joint", self._lang).join(one for one in said if one)

    def _nearest(self, row: Mapping[Any, Any]) -> str:
        said = []
        elsewhere = row["nearest_place_council_id"]
        if elsewhere not in self._council_ids and elsewhere in self._names:
            said.append(text("report.elsewhere", self._lang, area=self._names[elsewhere]))
        walk_m, straight_m = row["nearest_place_walk_m"], row["nearest_place_straight_m"]
        if straight_m > 0 and walk_m / straight_m >= DETOUR_WORTH_SAYING:
            said.append(
                text("report.straight", self._lang, straight=metres(straight_m, self._lang))
            )
            said += [text("doubt.unit", self._lang)] if is_doubtful(walk_m, straight_m) else []
        return text("split.joint", self._lang).join(said)


def _places(places: pd.DataFrame, lang: str) -> tuple[PlaceLine, ...]:
    return tuple(
        PlaceLine(
            name=str(row["name"]),
            hall=_beside(row, "venue_name"),
            group=_beside(row, "group_name"),
            kind=str(row["kind"] or ""),
            frequency=str(row["frequency"] or ""),
            often=how_often(
                parse_schedule(str(row["schedule_text"] or "")), str(row["frequency"] or ""), lang
            ),
            schedule=str(row["schedule_text"] or ""),
            open_hours=str(row.get("open_hours") or ""),
            fee=_fee(row, lang),
            assumed=bool(row["schedule_assumed"]),
            stand_in=bool(row["stand_in"]),
            status=str(row["status"]),
            verified_on=str(row["verified_on"] or ""),
            blurred=bool(row["blurred"]),
            cut_off=str(row["unsnapped_why" if lang == "ja" else "unsnapped_why_en"]),
        )
        for row in places.to_dict("records")
    )


def _beside(row: Mapping[Any, Any], name: str) -> str:
    """Return the hall or the group of a place where its own name does not say it already."""
    told = str(row.get(name) or "")
    return "" if row["blurred"] or told == row["name"] else told


def _fee(row: Mapping[Any, Any], lang: str) -> str:
    fee_yen = figure(row.get("fee_yen", np.nan))
    return str(row.get("fee_text") or "") or ("" if fee_yen is None else yen(fee_yen, lang))


def _shares(snapshot: Snapshot, chosen: "pd.Series[Any]", lang: str) -> tuple[ShareLine, ...]:
    """Return what of the municipality's targets falls to the area; nothing where it is no council's."""
    if chosen["layer"] != snapshot.run["summary"]["council_layer"]:
        return ()
    shares = shares_of_run(snapshot.workspace, snapshot.run)
    return share_table(shares[shares["area_id"] == chosen["area_id"]].to_dict("records"), lang)


def _proposals(candidates: pd.DataFrame, lang: str) -> tuple[AreaCandidate, ...]:
    return tuple(
        AreaCandidate(
            rank=int(row["rank"]),
            action=str(row["action"]),
            venue_name=str(row["venue_name"]),
            kind=str(row["kind"] or ""),
            days_unknown=bool(row["days_unknown"]),
            newly_reached=figure(row["newly_reached"]),
            newly_reached_alone=_alone(row),
            cost_max_yen=figure(row["cost_max_yen"]),
            units_gained=tuple(
                name
                for name in str(row["units_gained"] or "").split(text("text.list", "ja"))
                if name
            ),
            reasons=str(row["reasons" if lang == "ja" else "reasons_en"]),
            status=str(row["status"]),
        )
        for row in candidates.to_dict("records")
    )


def _alone(row: Mapping[Any, Any]) -> float | None:
    more = row["newly_reached_alone"] - row["newly_reached"] >= WORTH_SAYING
    return figure(row["newly_reached_alone"]) if more else None


def _candidates_note(inside: "_Inside", lang: str) -> str:
    """Say what the candidates are ranked by and among; where there are none, how it is known."""
    summary, analysis = inside.summary, inside.profile.analysis
    if len(inside.candidates()):
        municipality = summary["municipality"]["name" if lang == "ja" else "name_en"]
        return text("report.candidates.note", lang, municipality=municipality)
    lived_in = inside.units().loc[lambda units: units["residents"] > 0, "gap"]
    if len(lived_in) and (lived_in == "no_streets").all():
        return text("report.candidates.no_streets", lang)
    if inside.is_council:
        return text("report.candidates.none", lang)
    council_layer = inside.profile.layer(analysis.council_layer)
    return text(
        "report.candidates.unlisted",
        lang,
        most=analysis.candidates_max,
        each=analysis.candidates_per_council,
        layer=council_layer.label if lang == "ja" else council_layer.label_en,
    )


def _assumptions(snapshot: Snapshot, gaps: Mapping[str, int], lang: str) -> tuple[str, ...]:
    """Return each assumption with its origin."""
    parameters, analysis = snapshot.run["parameters"], snapshot.workspace.profile.analysis
    origins = parameters["origins"]
    walking = parameters["profile"]
    has_heights = snapshot.workspace.profile.elevation is not None
    told = [
        (
            text("report.limit", lang, limit=main_limit_text(snapshot.run, lang)),
            origins.get("walk_limit_m"),
        ),
        (
            text("report.walking", lang, label=walking["label" if lang == "ja" else "label_en"]),
            walking["origin"],
        ),
        (text("report.weekly", lang), origins.get("frequency")),
        (
            text("report.transport", lang, people=people(analysis.needs_transport_below, lang)),
            origins.get("needs_transport"),
        ),
        (text("report.street" if has_heights else "report.street.flat", lang), None),
    ]
    if gaps["no_streets"]:
        limit = metres(parameters["snap_limit_m"], lang)
        told.append((text("report.no_streets", lang, limit=limit), None))
    subsidies = origins.get("subsidies")
    if subsidies and snapshot.workspace.profile.subsidies.are_known:
        told.append((text("report.subsidies", lang), subsidies))
    said = [
        words + (text("text.brackets", lang, text=origin_text(origin, lang)) if origin else "")
        for words, origin in told
    ]
    # What has a line of its own here, with its origin, is not said twice.
    listed_above = {"limit", "walker", "transport"}
    assumed = used(snapshot.run["assumptions"])
    said += [assumption(item, lang) for item in assumed if item["code"] not in listed_above]
    return tuple(said)


def _sources(workspace: Workspace) -> tuple[SourceLine, ...]:
    """Return the sources, those of one owner, licence and date together."""
    owners: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for source in workspace.sources:
        key = (source["credit"], source["licence"], source["as_of"])
        owners.setdefault(key, []).append(source)
    return tuple(
        SourceLine(
            *owner,
            titles=tuple(str(source["title"]) for source in sources),
            notes=tuple(dict.fromkeys(source["note"] for source in sources if source["note"])),
        )
        for owner, sources in owners.items()
    )
