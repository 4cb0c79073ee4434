"""Indicators: what surveys and shares of age groups tell of each area, beside the other areas of its kind."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from services.profile import Indicator, Profile
from services.words.shares import Share, share
from services.words.texts import NO_FIGURE, age_group_text, is_figure, text
from services.workspace.folder import Workspace

COLUMNS = (
    *("layer", "area_id", "area_name", "version", "indicator", "label", "label_en", "kind"),
    *("value", "low", "high", "unit", "numerator", "denominator", "respondents"),
    *("small_sample", "median", "rank_by_value", "rank_by_count", "areas_n"),
    *("flag", "flag_en", "as_of", "source_id", "note", "approximate"),
)
Z95 = 1.959964
"""Of the interval of a sample: Wilson (1927), 95 %."""
SHARES_OF_ALL = ("55+", "65+", "75+")
"""Age groups whose share of everybody is told wherever the population has them."""
JOINT_FROM_PCT = 50.0
"""From such a share of 55+ on a hamlet may not sustain a place by itself."""


def indicators_of(profile: Profile) -> list[Indicator]:
    """
    Return the indicators of a profile, after them the usual shares that it does not give itself.

    A group that is the same share of everybody everywhere, for want of better, tells no area from another.
    """
    given = {(one.age_group, one.of) for one in profile.indicators}
    groups = profile.population.age_groups
    usual = [
        Indicator(
            id=f"share_{group.rstrip('+')}",
            label=_label(group, "ja"),
            label_en=_label(group, "en"),
            age_group=group,
            **_joint(group),
        )
        for group in SHARES_OF_ALL
        if group in groups and "total" in groups and (group, "total") not in given
    ]
    return [*profile.indicators, *usual]


def _label(group: str, lang: str) -> str:
    return text("indicator.share", lang, age_group=age_group_text(group, lang))


def _joint(group: str) -> dict[str, Any]:
    if group != SHARES_OF_ALL[0]:
        return {}
    said = {lang: text("indicator.joint", lang) for lang in ("ja", "en")}
    return {"flag_from": JOINT_FROM_PCT, "flag": said["ja"], "flag_en": said["en"]}


def indicators_frame(workspace: Workspace, coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Return each indicator of each area (``COLUMNS``), areas of which nobody tells with no value.

    ``coverage`` are rows of the coverage of one question, each age group once: their residents are
    those of the view. Medians and ranks (1 the greatest, equals share one) are among the areas of the
    layer that have a value; ``rank_by_count`` ranks how many residents, or answers, that is.
    """
    profile = workspace.declared
    told = workspace.of_areas("indicators")
    parts = []
    for one in indicators_of(profile):
        if one.source:
            parts.append(_with_all_areas(told[told["indicator"] == one.id], one, workspace))
        else:
            parts += _of_groups(coverage, one)
    kept = [_compared(part, one_of, profile) for part, one_of in _paired(parts, profile)]
    if not kept:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(kept, ignore_index=True)[list(COLUMNS)]


def _paired(
    parts: list[pd.DataFrame], profile: Profile
) -> Iterator[tuple[pd.DataFrame, Indicator]]:
    known = {one.id: one for one in indicators_of(profile)}
    for part in parts:
        if len(part):
            yield part.reset_index(drop=True), known[str(part["indicator"].iloc[0])]


def _with_all_areas(told: pd.DataFrame, one: Indicator, workspace: Workspace) -> pd.DataFrame:
    areas = workspace.areas()
    names = ["area_id", "area_name", "version", "approximate"]
    drawn = pd.DataFrame(areas.loc[areas["layer"] == one.layer, names])
    if drawn.empty:
        declared = workspace.declared.layer(one.layer)
        drawn = told[["area_id", "area_name"]].assign(
            version=declared.version, approximate=declared.approximate
        )
    found = drawn.merge(told.drop(columns=["layer", "area_name"]), on="area_id", how="left")
    return found.assign(layer=one.layer, indicator=one.id, source_id=one.source)


def _of_groups(coverage: pd.DataFrame, one: Indicator) -> Iterator[pd.DataFrame]:
    names = ["layer", "area_id", "area_name", "version", "approximate"]
    rows = coverage[~coverage["remainder"].astype(bool)]
    part, whole = (rows[rows["age_group"] == group] for group in (one.age_group, one.of))
    both = part[[*names, "residents"]].merge(
        whole[["layer", "area_id", "residents"]], on=["layer", "area_id"], suffixes=("", "_of")
    )
    both = both.rename(columns={"residents": "numerator", "residents_of": "denominator"})
    lived_in = both["denominator"].where(both["denominator"] > 0)
    shares = (100.0 * both["numerator"] / lived_in).clip(upper=100.0)
    both = both.assign(value=shares, respondents=math.nan, indicator=one.id, source_id="")
    for _, rows_of in both.groupby("layer", sort=False):
        yield rows_of


def _compared(rows: pd.DataFrame, one: Indicator, profile: Profile) -> pd.DataFrame:
    """Add what each area is beside the others of its layer."""
    value = rows["value"].astype(float)
    sampled = rows["respondents"].astype(float)
    low, high = wilson_pct(value.to_numpy(), sampled.to_numpy())
    is_share = one.kind == "share"
    counted = rows["numerator"].astype(float) if is_share else value
    small = one.small_below or profile.privacy.small_number
    size = sampled.fillna(rows["denominator"].astype(float)) if is_share else sampled
    flagged = value >= one.flag_from if one.flag_from is not None else value != value  # noqa: PLR0124
    return rows.assign(
        label=one.label,
        label_en=one.label_en or one.label,
        kind=one.kind,
        unit=one.unit or ("%" if is_share else ""),
        low=low if is_share else math.nan,
        high=high if is_share else math.nan,
        small_sample=(size < small).to_numpy(dtype=bool),
        median=float(value.median()) if value.notna().any() else math.nan,
        rank_by_value=value.rank(method="min", ascending=False).astype("Int64"),
        rank_by_count=counted.rank(method="min", ascending=False).astype("Int64"),
        areas_n=int(value.notna().sum()),
        flag=np.where(flagged, one.flag, ""),
        flag_en=np.where(flagged, one.flag_en or one.flag, ""),
        as_of=one.as_of or _source_date(one, profile),
        note=one.note,
    )


def _source_date(one: Indicator, profile: Profile) -> str:
    return profile.source(one.source or profile.population.source).as_of


def wilson_pct(share_pct: np.ndarray, respondents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (n,) both ends of the 95 % interval of shares of samples, NaN without a sample."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p, n = share_pct / 100.0, np.where(respondents > 0, respondents, np.nan)
        middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 * np.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    return 100.0 * np.maximum(middle - half, 0.0), 100.0 * np.minimum(middle + half, 1.0)


def value_text(row: Mapping[Any, Any], lang: str, *, column: str = "value") -> str:
    """Write the value of an indicator with its unit, a share with one decimal."""
    value = row[column]
    if not is_figure(value):
        return NO_FIGURE
    if row["kind"] == "share":
        return share(Share(float(value)), lang)
    return f"{float(value):,.1f}".removesuffix(".0") + str(row["unit"])
