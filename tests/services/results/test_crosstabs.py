"""Cross-tables of the model town, and inequality between its units."""

import numpy as np
import pandas as pd
import pytest

from geo.coverage.equity import gini
from geo.errors import InvalidInputError
from services.publication.disclosure import disclose
from services.results.crosstabs import (
    CROSSTAB_COLUMNS,
    crosstab_sentence,
    default_pairs,
    layer_pairs,
)
from services.results.inequality import INEQUALITY_COLUMNS, inequality_frame, inequality_sentence
from services.words.texts import told

CELL = ["row_id", "column_id"]


@pytest.fixture(scope="module")
def profile(town_snapshot):
    return town_snapshot.workspace.profile


@pytest.fixture(scope="module")
def main(town_snapshot):
    """Coverage within 500 m by the main profile."""
    covered = town_snapshot.table("coverage")
    chosen = (covered["walk_limit_m"] == 500.0) & covered["walk_limit_min"].isna()
    return covered[chosen & (covered["profile"] == "standard")]


def test_every_pair_of_layers_is_crossed_and_the_whole_is_none(town_snapshot, profile):
    table = town_snapshot.table("crosstabs")
    assert tuple(table.columns) == CROSSTAB_COLUMNS
    crossed = set(zip(table["row_layer"], table["column_layer"], strict=True))
    assert crossed == {(one.id, other.id) for one, other in layer_pairs(profile)}
    assert "municipality" not in {layer for pair in crossed for layer in pair}
    assert set(default_pairs(profile)) >= {("neighbourhood", "community_area")}


@pytest.mark.parametrize("side", ["row", "column"])
def test_the_margins_are_the_rows_of_coverage_with_the_remainder(town_snapshot, main, side):
    table = town_snapshot.table("crosstabs")
    other = "column" if side == "row" else "row"
    keys = [f"{other}_layer", f"{side}_layer", f"{side}_id", "frequency", "age_group"]
    margins = table.groupby(keys)[["residents", "reached"]].sum().reset_index()
    names = {f"{side}_layer": "layer", f"{side}_id": "area_id"}
    both = margins.rename(columns=names).merge(
        main, on=["layer", "area_id", "frequency", "age_group"], suffixes=("", "_covered")
    )
    assert len(both) == len(margins) > 0
    for name in ("residents", "reached"):
        assert both[name].to_numpy() == pytest.approx(both[f"{name}_covered"].to_numpy(), abs=1e-6)
    # An area without a margin has nobody.
    asked = main[main["layer"].isin(both["layer"].unique())]
    without = asked.merge(both[["layer", "area_id"]], how="left", indicator=True)
    assert without.loc[without["_merge"] == "left_only", "residents"].sum() == 0.0


def test_shares_of_a_row_add_up(town_snapshot):
    table = town_snapshot.table("crosstabs")
    keys = ["row_layer", "column_layer", "row_id", "frequency", "age_group"]
    sums = table.groupby(keys)["row_share_pct"].sum(min_count=1).dropna()
    assert sums.to_numpy() == pytest.approx(100.0)


def test_a_table_may_be_asked_for_the_other_way_round(town_snapshot):
    shown = disclose(town_snapshot)
    straight = shown.crosstab("neighbourhood", "community_area")
    turned = shown.crosstab("community_area", "neighbourhood")
    assert set(turned["row_layer"]) == {"community_area"}
    keys = ["row_id", "column_id", "frequency", "age_group"]
    counts = ["residents", "reached", "row_share_pct", "column_share_pct"]
    one = straight.set_index(keys)[counts].sort_index()
    swap = {"row_id": "column_id", "column_id": "row_id"}
    swap |= {"row_share_pct": "column_share_pct", "column_share_pct": "row_share_pct"}
    other = turned.rename(columns=swap).set_index(keys)[counts].sort_index()
    pd.testing.assert_frame_equal(one, other)
    assert len(one) > 20


def test_layers_that_do_not_cross_are_refused_with_those_that_do(town_snapshot):
    shown = disclose(town_snapshot)
    with pytest.raises(InvalidInputError, match="community_area") as error:
        shown.crosstab("neighbourhood", "ward")
    assert "使える区分" in told(error.value, "ja")


def test_a_cell_is_said_in_both_languages(town_snapshot):
    shown = disclose(town_snapshot).crosstab("neighbourhood", "community_area")
    row = shown[(shown["age_group"] == "65+") & (shown["frequency"] == "weekly")].iloc[-1].to_dict()
    for lang, word in (("ja", "に住んでいます"), ("en", "live in")):
        words = crosstab_sentence(row, lang)
        assert word in words
        assert row["row_name"] in words
    assert "いません" in crosstab_sentence({**row, "coverage_pct": None}, "ja")


def test_inequality_is_that_of_the_units_of_coverage(town_snapshot, main):
    table = town_snapshot.table("inequality")
    assert tuple(table.columns) == INEQUALITY_COLUMNS
    covered = town_snapshot.table("coverage")
    keys = ["layer", "frequency", "age_group", "walk_limit_m", "walk_limit_min", "profile"]
    assert len(table) == len(covered.drop_duplicates(keys))
    units = main[(main["layer"] == "neighbourhood") & ~main["remainder"]]
    units = units[(units["frequency"] == "weekly") & (units["age_group"] == "65+")]
    row = table[
        (table["layer"] == "neighbourhood")
        & (table["frequency"] == "weekly")
        & (table["age_group"] == "65+")
        & (table["walk_limit_m"] == 500.0)
        & (table["profile"] == "standard")
    ].iloc[0]
    lived_in = units[units["residents"] > 0]
    expected = gini(lived_in["coverage_pct"].to_numpy(), lived_in["residents"].to_numpy())
    assert row["gini"] == pytest.approx(expected)
    assert row["units_n"] == len(lived_in)
    assert (row["min_pct"], row["max_pct"]) == (
        lived_in["coverage_pct"].min(),
        lived_in["coverage_pct"].max(),
    )
    assert "ジニ係数" in inequality_sentence(row.to_dict(), "町会", "ja")
    # The whole municipality is one unit: nothing to be unequal to.
    city = table[table["layer"] == "municipality"]
    assert (city["gini"] == 0.0).all()


def test_inequality_of_an_age_group_that_nobody_has_is_no_figure():
    coverage = pd.DataFrame(
        {
            "layer": "district",
            "frequency": "weekly",
            "age_group": "90+",
            "walk_limit_m": 500.0,
            "walk_limit_min": np.nan,
            "profile": "standard",
            "residents": [0.0, 0.0],
            "coverage_pct": [np.nan, np.nan],
            "remainder": False,
            "draft": False,
        }
    )
    row = inequality_frame(coverage).iloc[0]
    assert row["units_n"] == 0
    assert np.isnan(row["gini"])
    assert inequality_sentence(row.to_dict(), "district", "en") == (
        "no residents aged 90 and over live here"
    )
    assert len(inequality_frame(coverage.iloc[:0])) == 0
