"""The report of the intake: what was read from each source, what was done to it, what can be trusted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.errors import Sentence
from services.registry.seen import seen_places
from services.reports.evidence import Evidence, Facts, figures_of, inputs_of
from services.words.texts import reason, told
from services.workspace.folder import Workspace, software_version

FORMAT = 1
FOLDED_FROM = 8
"""A reason with more remarks than this is folded in the page; the first ones stay in sight."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: its row, what was done, and the residents it concerns."""

    row: int | None
    ja: str
    en: str
    residents: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """All remarks of one source for one reason."""

    code: str
    ja: str
    en: str
    remarks: tuple[Remark, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the rows that it concerns, in order."""
        return tuple(sorted({one.row for one in self.remarks if one.row is not None}))


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source: whose it is, and what happened to its rows."""

    provenance: Mapping[str, Any]
    rows_read: int
    rows_used: int
    rows_repaired: int
    rows_refused: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """All sources, and how far what stands on them is known."""

    municipality: str
    municipality_en: str
    fictional: bool
    software: str
    built_with: str
    public: bool
    sources: tuple[SourceReport, ...]
    inputs: tuple[Evidence, ...]
    figures: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, both languages, ready for JSON."""
        return {
            "format": FORMAT,
            "municipality": {"ja": self.municipality, "en": self.municipality_en},
            "fictional": self.fictional,
            "software": self.software,
            "built_with": self.built_with,
            "public": self.public,
            "inputs": [evidence.to_dict() for evidence in self.inputs],
            "figures": [evidence.to_dict() for evidence in self.figures],
            "sources": [_source_to_dict(source) for source in self.sources],
        }


def intake_report(workspace: Workspace) -> IntakeReport:
    """
    Return the report of a workspace.

    That of the public view names neither a row's content nor residents, only reasons and row
    numbers: a remark can name a private home or count a handful of people.
    """
    public = workspace.is_public
    municipality = workspace.profile.municipality
    inputs = inputs_of(_facts(workspace))
    return IntakeReport(
        municipality=municipality.name,
        municipality_en=municipality.name_en,
        fictional=municipality.fictional,
        software=f"arukeba {software_version()}",
        built_with=f"arukeba {workspace.manifest['arukeba']}",
        public=public,
        sources=tuple(
            _source(source, workspace.intake.get(source["id"], {}), public=public)
            for source in workspace.sources
        ),
        inputs=tuple(inputs),
        figures=tuple(figures_of(inputs)),
    )


def _facts(workspace: Workspace) -> Facts:
    profile = workspace.profile
    codes: Counter[str] = Counter()
    for ledger in workspace.intake.values():
        codes.update(entry["code"] for entry in ledger["entries"])
    homes = workspace.intake.get(profile.population.source, {"entries": []})
    codes["unsnapped_homes"] = sum(1 for e in homes["entries"] if e["code"] == "unsnapped")
    demand = workspace.demand()
    stand_ins = workspace.manifest["stand_in"]
    return Facts(
        codes=codes,
        placed={group: float(np.nansum(demand[group])) for group in profile.population.groups},
        unmatched=workspace.manifest["unmatched_residents"],
        places=seen_places(workspace),
        layers=workspace.manifest["layers"],
        stand_in=list(
            zip(stand_ins, workspace.manifest.get("stand_in_en") or stand_ins, strict=True)
        ),
        age_group=profile.analysis.age_group,
        estimated={
            estimate.age_group: estimate.rate_pct
            for estimate in profile.population.estimate_from_rate
        },
        has_buildings=profile.buildings is not None,
        has_elevation=profile.elevation is not None,
    )


def _source(
    provenance: Mapping[str, Any], ledger: Mapping[str, Any], *, public: bool
) -> SourceReport:
    by_code: dict[str, list[Remark]] = {}
    for entry in ledger.get("entries", []):
        by_code.setdefault(entry["code"], []).append(_remark(entry, public=public))
    reasons = tuple(
        Reason(code, reason(code, "ja"), reason(code, "en"), tuple(remarks))
        for code, remarks in by_code.items()
    )
    read, used, repaired, refused = (
        int(ledger.get(f"rows_{name}", 0)) for name in ("read", "used", "repaired", "refused")
    )
    return SourceReport(provenance, read, used, repaired, refused, reasons)


def _remark(entry: Mapping[str, Any], *, public: bool) -> Remark:
    if public:
        return Remark(entry["row"], "", "", None)
    said = Sentence.from_dict(entry["said"])
    return Remark(entry["row"], told(said, "ja"), told(said, "en"), entry["residents"])


def _source_to_dict(source: SourceReport) -> dict[str, Any]:
    return {
        **source.provenance,
        "rows": {
            "read": source.rows_read,
            "used": source.rows_used,
            "repaired": source.rows_repaired,
            "refused": source.rows_refused,
        },
        "reasons": [
            {
                "code": one.code,
                "label": {"ja": one.ja, "en": one.en},
                "count": len(one.remarks),
                "rows": list(one.rows),
                "remarks": [
                    {
                        "row": remark.row,
                        "text": {"ja": remark.ja, "en": remark.en},
                        "residents": remark.residents,
                    }
                    for remark in one.remarks
                    if remark.ja
                ],
            }
            for one in source.reasons
        ],
    }
