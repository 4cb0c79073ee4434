"""What a proposed path or barrier would change at once, in the view that is asked; nothing is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from geo.edits.applied import cut_off_edges
from geo.vocabulary import TARGET
from services.edits.proposals import meant, proposed_edit
from services.scenarios.town import main_only
from services.situation.view import Situation
from services.words.texts import LANGS, age_group_text, limit_text, metres, people, text

SOMEBODY = 0.5
"""Residents are estimates: less than half a person is nobody."""


@dataclass(frozen=True)
class ProposalEffect:
    """
    What a proposal changes for the main age group within the main limit of a weekly place.

    ``gained`` and ``lost`` are residents who have one then and who have none any more; ``added_m``
    and ``closed_m`` metres of street, ``cut_off_m`` those that lead nowhere else then.
    """

    kind: str
    age_group: str
    walk_limit_m: float | None
    walk_limit_min: float | None
    gained: float
    lost: float
    added_m: float
    closed_m: float
    cut_off_m: float


def proposal_effect(today: Situation, kind: str, line: Sequence[Sequence[float]]) -> ProposalEffect:
    """
    Return what a line would change beside today, edits in force included.

    Raises
    ------
    InvalidInputError
        The line cannot be meant: ``services.edits.proposals`` says why.
    """
    edit = proposed_edit(today.workspace, kind, line, name="")
    with meant():
        then = Situation(
            today.workspace,
            main_only(today.parameters),
            places=today.places,
            edits=[edit],
            drawn=today.drawn,
        )
    before, after = (one.reached(TARGET) for one in (today, then))
    parameters = today.parameters
    weight = today.residents[parameters.age_group].to_numpy(dtype=float)
    return ProposalEffect(
        kind=kind,
        age_group=parameters.age_group,
        walk_limit_m=parameters.limit.m,
        walk_limit_min=parameters.limit.minutes,
        gained=float(weight[after & ~before].sum()),
        lost=float(weight[before & ~after].sum()),
        **_streets(today, then),
    )


def told_effect(effect: ProposalEffect, few: int) -> dict[str, Any]:
    """Return an effect as plain data with its sentences in both languages; ``few`` as in ``people``."""
    said = {lang: list(_sentences(effect, few, lang)) for lang in LANGS}
    return {**asdict(effect), "sentences": said}


def _streets(today: Situation, then: Situation) -> Mapping[str, float]:
    """Return the metres of street that are there, closed and cut off beside today."""

    def metres_of(one: Situation) -> np.ndarray:
        if one.edited is None:
            return np.zeros(3)
        length_m = one.edited.network.edge_length_m
        masks = (one.edited.added, one.edited.closed, cut_off_edges(one.edited))
        return np.array([length_m[mask].sum() for mask in masks])

    change = np.maximum(metres_of(then) - metres_of(today), 0.0)
    names = ("added_m", "closed_m", "cut_off_m")
    return dict(zip(names, change.tolist(), strict=True))


def _sentences(effect: ProposalEffect, few: int, lang: str) -> Iterator[str]:
    told = {
        "age_group": age_group_text(effect.age_group, lang),
        "limit": limit_text(effect.walk_limit_m, effect.walk_limit_min, lang),
        "frequency": text(f"frequency.{TARGET}", lang),
    }
    if effect.gained >= SOMEBODY:
        yield text("proposal.gained", lang, people=people(effect.gained, lang, few), **told)
    if effect.lost >= SOMEBODY:
        yield text("proposal.lost", lang, people=people(effect.lost, lang, few), **told)
    if max(effect.gained, effect.lost) < SOMEBODY:
        yield text("proposal.same", lang, **told)
    if effect.cut_off_m > 0:
        yield text("proposal.cut_off", lang, length=metres(effect.cut_off_m, lang))
    if effect.kind == "barrier" and effect.closed_m == 0:
        yield text("proposal.meets_nothing", lang)
