"""The sheet of the whole municipality: what its first layer has on the table, area by area."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from geo.errors import NotFoundError
from geo.vocabulary import FREQUENCIES, GAP_CLASSES
from services.drawing.svg import city_map
from services.profile import Fact, Layer, Profile
from services.publication.aspect import Aspect
from services.publication.tables import Publication
from services.reports.area import report_of
from services.reports.briefing import (
    AreaLine,
    HeadFigures,
    area_lines,
    briefing,
    figures_of,
    main_rows,
)
from services.reports.councils import number_text, owned_text, sharing
from services.reports.indicators import IndicatorRanking, rankings
from services.reports.lines import GapReport
from services.reports.milestones import KindState, kind_states
from services.reports.rules import RuleLine, rule_lines
from services.reports.targets import TargetLine, per_weekly_place, target_lines
from services.words.dates import span_of
from services.words.texts import fact_text, number, text
from services.words.vocabulary import OPEN_STATUSES
from services.workspace.councils import listed_councils
from services.workspace.folder import Workspace

ROLL_UP_MOST = 40
"""Areas of a layer, at most, whose sums stand on the sheet."""


CERTIFICATION = "care_certification_rate_pct"


@dataclass(frozen=True, slots=True)
class CouncilLine:
    """One area of the councils' layer, or the residents in none of them."""

    name: str
    approximate: bool
    figures: HeadFigures
    gaps: Mapping[str, int]
    """Units in which somebody lives, by class."""


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A council that the profile lists; without borders it has no figures."""

    council_id: str
    name: str
    areas: str
    told: str
    """Its meeting and who works for it."""
    shared: bool
    figures: HeadFigures | None


@dataclass(frozen=True, slots=True)
class RollUp:
    """The areas of a layer beside that of the councils, and the whole."""

    label: str
    lines: tuple[AreaLine, ...]
    adds_up: bool


@dataclass(frozen=True, slots=True)
class LayerLine:
    """One layer as the municipality speaks of it."""

    tier: int
    label: str
    words: tuple[str, ...]
    areas: int | None
    """Areas that are drawn; without borders those that documents count, None where none does."""
    counted: int | None
    """What documents count where it is another number."""
    borders: str
    """``drawn``, ``approximate`` or ``none``."""
    draft: bool
    names: tuple[str, ...]
    """Of areas without borders, as far as documents give them."""
    note: str


@dataclass(frozen=True, slots=True)
class KindLine:
    """Open places of one kind, by how often they meet; '' stands for unknown days."""

    kind: str
    by_frequency: Mapping[str, int]

    @property
    def number(self) -> int:
        """Return how many there are."""
        return sum(self.by_frequency.values())


@dataclass(frozen=True, slots=True)
class FactLine:
    """What a document says."""

    topic: str
    told: str
    as_of: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class CitySheet:
    """All that the sheet of a municipality shows beside what the report of any area does."""

    report: GapReport
    council_label: str
    councils: tuple[CouncilLine, ...]
    whole: CouncilLine
    unlocated: float
    """Residents whom no map has: in the row of those in no area, and not in the whole."""
    adds_up: bool
    """No area overlaps another: the rows and the residents in none are all residents."""
    own: tuple[OwnLine, ...]
    """Councils that are listed, in their order."""
    own_sum: str
    """``adds``, ``shared`` or ``unknown``: why the rows of the councils add up or do not."""
    own_rest: float | None
    """Residents in no council's area, where the rows add up."""
    roll_ups: tuple[RollUp, ...]
    milestones: tuple[KindState, ...]
    rankings: tuple[IndicatorRanking, ...]
    rules: tuple[RuleLine, ...]
    targets: tuple[TargetLine, ...]
    per_weekly_place: float | None
    """Residents of the age group per place that meets at least weekly."""
    layers: tuple[LayerLine, ...]
    units: Mapping[str, str]
    """Layer of each role, by ``coordinator``, ``council`` and ``work``, as far as it is told."""
    units_note: str
    kinds: tuple[KindLine, ...]
    facts: tuple[FactLine, ...]
    certification: tuple[FactLine, ...]
    """The rate of certified need of care as documents give it, the earliest first; beside coverage, no more."""
    documents: tuple[tuple[str, str], ...]
    """Id and title of each that a fact is from."""

    @property
    def rows(self) -> tuple[CouncilLine, ...]:
        """Return the areas and, last, the whole."""
        return (*self.councils, self.whole)


def city_sheet(workspace: Workspace, *, lang: str = "ja") -> CitySheet:
    """
    Return the sheet of a municipality, from its layer of kind ``municipality``.

    Raises
    ------
    NotFoundError
        No layer has that kind: nothing says where the municipality ends.
    """
    publication = Publication(workspace.snapshot())
    profile = workspace.profile
    whole = next((one.id for one in profile.layers if one.kind == "municipality"), None)
    areas = publication.areas()
    rows = areas[areas["layer"] == whole]
    if rows.empty:
        raise NotFoundError(
            "the profile has no layer of kind municipality, of which a sheet of the whole is made; "
            "declare one, such as the union of all small areas"
        )
    coverage = _whole(publication.table("coverage"), str(whole), workspace)
    report = report_of(publication, rows.iloc[0], lang, drawn=city_map, coverage=coverage)
    # What every output says first, of all units, also of those beyond the border as it is drawn.
    told = briefing(publication.snapshot, lang)
    first = ("figures", "unknown", "no_streets", "sentence", "unreached", "gaps")
    report = replace(report, **{name: getattr(told, name) for name in first})
    unlocated = workspace.unlocated(publication.snapshot.run["summary"]["age_group"])
    council_layer = profile.layer(profile.analysis.council_layer)
    councils = _councils(publication, council_layer.id, lang)
    named = CouncilLine(
        report.area_name, approximate=False, figures=report.figures, gaps=report.gaps
    )
    own = _own(publication, lang)
    lacking = any(line.figures is None or line.figures.residents is None for line in own)
    own_sum = "shared" if any(line.shared for line in own) else "unknown" if lacking else "adds"
    declared = workspace.declared
    roles = ("coordinator", "council", "work")
    units = {role: getattr(declared.units, f"{role}_unit") for role in roles}
    return CitySheet(
        report=report,
        council_label=_label(council_layer, lang),
        councils=councils,
        whole=named,
        adds_up=_adds_up(councils, named, unlocated),
        unlocated=unlocated,
        own=own,
        own_sum=own_sum,
        own_rest=_rest(own, named.figures) if own_sum == "adds" else None,
        roll_ups=_roll_ups(publication, named, unlocated, lang),
        milestones=kind_states(publication, lang),
        rankings=rankings(publication, council_layer.id, lang),
        targets=target_lines(publication.snapshot, lang),
        per_weekly_place=per_weekly_place(publication.snapshot),
        rules=rule_lines(publication.snapshot, lang),
        layers=tuple(_layer(one, publication, lang) for one in declared.layers),
        units={role: _label(declared.layer(layer), lang) for role, layer in units.items() if layer},
        units_note=declared.units.note,
        kinds=_kinds(publication.points("places")),
        facts=_facts(declared, lang),
        certification=_certification(declared, lang),
        documents=tuple((one.id, one.title) for one in declared.documents),
    )


def _whole(coverage: pd.DataFrame, layer: str, workspace: Workspace) -> pd.DataFrame:
    """Return the rows of a layer's areas and of the residents in none as one, but those whom no map has."""
    rows = coverage[coverage["layer"] == layer]
    keys = ["layer", "frequency", "age_group", "walk_limit_m", "walk_limit_min", "profile"]
    parts = ("reached", "reached_with_unknown", "circle_reached")
    counts = ["residents", *parts, "places_unknown_n"]
    summed = rows.groupby(keys, dropna=False, sort=False)[counts].sum(min_count=1).reset_index()
    summed["residents"] -= summed["age_group"].map(workspace.unlocated)
    people = summed["residents"].where(summed["residents"] > 0)
    shares = ("coverage_pct", "coverage_with_unknown_pct", "circle_coverage_pct")
    return summed.assign(
        **{share: 100.0 * summed[part] / people for share, part in zip(shares, parts, strict=True)}
    )


def _label(layer: Layer, lang: str) -> str:
    return layer.label if lang == "ja" else layer.label_en


def _councils(publication: Publication, layer: str, lang: str) -> tuple[CouncilLine, ...]:
    coverage = publication.table("coverage")
    gaps = publication.polygons("gaps")
    lived_in = gaps[gaps["residents"] > 0]
    counts = lived_in.groupby(["council_id", "gap"]).size()
    lines = area_lines(main_rows(coverage, publication.snapshot.run, layer), lang)
    areas = publication.areas()
    known = set(areas.loc[areas["layer"] == layer, "area_id"])
    elsewhere = lived_in[~lived_in["council_id"].isin(known)].groupby("gap").size()
    return tuple(
        CouncilLine(
            line.name,
            line.approximate,
            line.figures,
            {gap: int(counts.get((line.area_id, gap), 0)) for gap in GAP_CLASSES}
            if line.area_id in known
            else {gap: int(elsewhere.get(gap, 0)) for gap in GAP_CLASSES},
        )
        for line in lines
    )


def _own(publication: Publication, lang: str) -> tuple[OwnLine, ...]:
    snapshot, workspace = publication.snapshot, publication.snapshot.workspace
    listed = listed_councils(workspace)
    if not listed:
        return ()
    table = snapshot.table("councils")
    known = Aspect.main(snapshot.run).rows(table) if len(table) else table
    rows = {str(row["council_id"]): row for row in known.to_dict("records")}
    joint, shared = text("text.stop", lang), sharing(workspace, listed)
    lines = []
    for one in listed:
        row = rows.get(one.council_id)
        told = [one.body, text("text.list", lang).join(one.coordinators), one.note]
        lines.append(
            OwnLine(
                council_id=one.council_id,
                name=number_text(one, lang),
                areas=owned_text(workspace, one, lang),
                told=joint.join(said for said in told if said),
                # Two may overlap without sharing an area: by their homes, where borders are known.
                shared=one.council_id in shared or bool(row and row["shared"]),
                figures=figures_of(row) if row else None,
            )
        )
    return tuple(lines)


def _rest(own: tuple[OwnLine, ...], whole: HeadFigures) -> float | None:
    """Return how many residents live in no council's area, 0 where only the rounding is left."""
    if whole.residents is None or not own:
        return None
    told = sum(line.figures.residents or 0.0 for line in own if line.figures)
    rest = whole.residents - told
    return rest if rest > 0.5 * len(own) else 0.0


def _roll_ups(
    publication: Publication, whole: CouncilLine, unlocated: float, lang: str
) -> tuple[RollUp, ...]:
    """Return the layers that are between the units and the whole, each with the sum of its areas."""
    run, profile = publication.snapshot.run, publication.snapshot.workspace.profile
    coverage, areas = publication.table("coverage"), publication.areas()
    analysis = profile.analysis
    found = []
    for layer in profile.layers:
        told = layer.id in (analysis.council_layer, analysis.gap_layer)
        few = 1 < int((areas["layer"] == layer.id).sum()) <= ROLL_UP_MOST
        if told or not few or layer.draft or layer.kind == "municipality":
            continue
        lines = area_lines(main_rows(coverage, run, layer.id), lang)
        rows = tuple(CouncilLine(one.name, one.approximate, one.figures, {}) for one in lines)
        found.append(RollUp(_label(layer, lang), lines, _adds_up(rows, whole, unlocated)))
    return tuple(found)


def _adds_up(lines: tuple[CouncilLine, ...], whole: CouncilLine, unlocated: float) -> bool:
    """
    Return whether the rows are the residents of the whole, but for the rounding of each row.

    The row of those in no area holds ``unlocated`` residents as well, whom the whole leaves out.
    """
    told = [line.figures.residents for line in lines]
    if whole.figures.residents is None or None in told:
        return False
    apart = sum(one or 0.0 for one in told) - unlocated - whole.figures.residents
    return abs(apart) <= 0.5 * len(lines)


def _layer(layer: Layer, publication: Publication, lang: str) -> LayerLine:
    areas = publication.areas()
    there = areas[(areas["layer"] == layer.id) & (areas["version"] == layer.version)]
    drawn = len(there)
    return LayerLine(
        tier=layer.tier,
        label=_label(layer, lang) + _version(layer, publication, lang),
        words=tuple(word for word in layer.local_words if word != layer.label),
        areas=drawn or layer.count,
        counted=layer.count if drawn and layer.count != drawn else None,
        borders="none" if not drawn else "approximate" if there["approximate"].any() else "drawn",
        draft=layer.draft,
        names=() if drawn else tuple(layer.area_names),
        note=layer.note if lang == "ja" else layer.note_en,
    )


def _version(layer: Layer, publication: Publication, lang: str) -> str:
    """Say which version it is where a layer has several."""
    same = [one for one in publication.snapshot.workspace.declared.layers if one.id == layer.id]
    return text("text.brackets", lang, text=layer.version) if len(same) > 1 else ""


def _kinds(places: pd.DataFrame) -> tuple[KindLine, ...]:
    """Count the open places by kind and class, the most of a kind first."""
    there = places[places["status"].isin(OPEN_STATUSES)]
    classes = ("", *FREQUENCIES)
    lines = [
        KindLine(
            str(kind), {name: int((rows["frequency"].fillna("") == name).sum()) for name in classes}
        )
        for kind, rows in there.groupby(there["kind"].fillna(""))
    ]
    return tuple(sorted(lines, key=lambda line: (-line.number, line.kind)))


def _facts(profile: Profile, lang: str) -> tuple[FactLine, ...]:
    def source(fact: Fact) -> str:
        said = [text("fact.document", lang, id=fact.doc)] if fact.doc else []
        if fact.page:
            said.append(text("fact.page", lang, page=fact.page))
        elif fact.line:
            said.append(text("fact.line", lang, line=fact.line))
        if fact.basis != "printed":
            said.append(text("fact.computed", lang))
        return text("text.list", lang).join(said)

    return tuple(
        FactLine(
            topic=_topic(fact, lang),
            told=_value(fact),
            as_of=fact.as_of,
            source=source(fact),
            note=fact.note,
        )
        for fact in profile.facts
    )


def _certification(profile: Profile, lang: str) -> tuple[FactLine, ...]:
    """Return what documents say of the rate of certified need of care by date; undated ones come last."""
    told = [fact for fact in profile.facts if fact.key == CERTIFICATION]
    known = profile.model_copy(update={"facts": sorted(told, key=_since)})
    return _facts(known, lang)


def _since(fact: Fact) -> str:
    span = span_of(fact.as_of)
    return span[0].isoformat() if span else "9999"


def _topic(fact: Fact, lang: str) -> str:
    return fact_text(fact.key, lang) + (
        text("text.brackets", lang, text=fact.of) if fact.of else ""
    )


def _value(fact: Fact) -> str:
    value: Any = fact.value
    if isinstance(value, str):
        return value
    return f"{number(value) if float(value).is_integer() else f'{value:g}'}{fact.unit}"
