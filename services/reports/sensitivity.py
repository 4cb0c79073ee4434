"""Sensitivity: what other walking limits, and people who walk differently, give for one area."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from services.publication.aspect import Aspect, in_order
from services.reports.briefing import figures_of
from services.reports.lines import LimitLine, WalkerLine, Walkers
from services.words.shares import Share, share_of
from services.words.texts import limit_text


def limit_lines(coverage: pd.DataFrame, run: Mapping[str, Any], lang: str) -> tuple[LimitLine, ...]:
    """Return a line for each limit, in metres first, then in minutes."""
    rows = in_order(Aspect.main(run).rows(coverage, whatever=["limit"]))
    return tuple(
        LimitLine(
            limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
            figures_of(row),
            share_of(row, "circle_coverage", whole="residents"),
        )
        for row in rows.to_dict("records")
    )


def walkers(coverage: pd.DataFrame, run: Mapping[str, Any], lang: str) -> Walkers:
    """Return a line for each walking profile, the quickest first, within limits of minutes."""
    rows = in_order(Aspect.main(run).rows(coverage, whatever=["limit", "profile"]))
    rows = rows[rows["walk_limit_m"].isna()]
    minutes = [float(value) for value in pd.unique(rows["walk_limit_min"])]
    parameters = run["parameters"]
    known = parameters.get("profiles", [parameters["profile"]])
    shares = {
        (str(row["profile"]), float(row["walk_limit_min"])): figures_of(row).share
        for row in rows.to_dict("records")
    }
    return Walkers(
        tuple(limit_text(None, value, lang) for value in minutes),
        tuple(
            WalkerLine(
                label=walking["label" if lang == "ja" else "label_en"],
                main=walking["id"] == parameters["profile"]["id"],
                shares=tuple(shares.get((walking["id"], value), Share(None)) for value in minutes),
            )
            for walking in sorted(known, key=lambda walking: -float(walking["speed_m_per_min"]))
        ),
    )
