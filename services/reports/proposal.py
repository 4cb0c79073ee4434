"""A proposal on one page: an item that goes up, the figures of its area, what is proposed, what it may cost."""

import math
from dataclasses import dataclass
from typing import Any

from services.councils.papers import is_whole
from services.councils.sheets import proposal
from services.registry.hands import Hand
from services.reports.area import gap_report
from services.reports.lines import GapReport
from services.words.texts import Lang
from services.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class ProposalSheet:
    """What a proposal shows."""

    item: dict[str, Any]
    report: GapReport
    lines: tuple[dict[str, Any], ...]
    """What the council adopted or discusses, each with ``cost_max_yen``: None where no ceiling is known."""
    cost_max_yen: float | None
    """Of those lines together, in the first year; None where one of them is not known."""
    municipality: str


def proposal_sheet(
    workspace: Workspace, council_id: str, item_id: str, *, who: Hand, lang: Lang = "ja"
) -> ProposalSheet:
    """
    Return the proposal of an item with the figures of the newest result.

    Raises
    ------
    NotAllowedError, NotFoundError
        It is another council's; there is no such item, or no result yet.
    """
    item = proposal(workspace, council_id, item_id, who=who, lang=lang)
    area, layer = item["area_id"] or council_id, item["layer"] or None
    if not item["area_id"] and is_whole(workspace, council_id):
        areas, profile = workspace.areas(), workspace.profile
        layer = next((one.id for one in profile.layers if one.kind == "municipality"), None)
        own = areas[areas["layer"] == layer]["area_id"]
        area = str(own.iloc[0]) if len(own) else council_id
    lines = tuple({**one, "cost_max_yen": _cost(workspace, one)} for one in item.pop("adopted"))
    costs = [line["cost_max_yen"] for line in lines]
    town = workspace.profile.municipality
    return ProposalSheet(
        item=item,
        report=gap_report(workspace, area, layer=layer, lang=lang),
        lines=lines,
        cost_max_yen=sum(costs) if costs and None not in costs else None,
        municipality=town.name if lang == "ja" else town.name_en,
    )


def _cost(workspace: Workspace, decision: dict[str, Any]) -> float | None:
    """Return the ceiling of a first year: a year's, and that of opening; None where one is not known."""
    subsidies = workspace.profile.subsidies
    yen = subsidies.yearly_max_yen(decision["frequency"])
    if decision["action"] == "open":
        yen += subsidies.first_max_yen()
    return None if math.isnan(yen) else yen
