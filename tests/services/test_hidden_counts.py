"""Suppressed counts widen percentages, from the table of residents to the coverage of a run."""

import shutil

import pandas as pd
import pytest

from services.build import build
from services.profile import read_profile
from services.run import run


@pytest.fixture(scope="module")
def tables(town_profile, tmp_path_factory):
    """Run the model town as it is, and with one area's 65+ suppressed."""
    found = {}
    for hide in (False, True):
        folder = tmp_path_factory.mktemp("hidden") / "source"
        shutil.copytree(town_profile.parent, folder)
        profile = read_profile(folder / town_profile.name)
        spec = profile.population
        path = folder / profile.source(spec.source).path
        if hide:
            lines = path.read_text(encoding="cp932").splitlines()
            header = lines[0].split(",")
            cells = lines[1].split(",")
            cells[header.index(spec.age_groups["65+"])] = "X"
            lines[1] = ",".join(cells)
            path.write_text("\n".join(lines) + "\n", encoding="cp932")
        snapshot = run(build(folder / town_profile.name, folder.parent / "workspace"))
        found[hide] = snapshot
    return found


def weekly(snapshot):
    table = snapshot.table("coverage")
    rows = (table["frequency"] == "weekly") & (table["age_group"] == "65+")
    table = table[rows & (table["walk_limit_m"] == 500.0)]
    return table.set_index(["layer", "area_id"])


def hidden_row(tables):
    """Return layer, area and the most that its residents aged 65+ can be."""
    intake = tables[True].workspace.intake
    demand = tables[True].workspace.demand()
    hidden = demand[demand["65+_high"] > demand["65+_low"]]
    assert len({entry["code"] for entry in intake["population"]["entries"]} & {"suppressed"}) == 1
    (area_id,) = hidden["source_area_id"].unique()
    layer = tables[True].workspace.profile.population.layer
    return (layer, area_id), hidden["65+_high"].sum()


def test_homes_carry_the_least_and_the_most(tables):
    demand = tables[True].workspace.demand()
    _, most = hidden_row(tables)
    hidden = demand[demand["65+_high"] > demand["65+_low"]]
    assert hidden["65+"].sum() == hidden["65+_low"].sum() == 0.0
    # Nobody but the row's total bounds it.
    assert most == pytest.approx(hidden["total"].sum())
    assert "65+_low" not in tables[False].workspace.demand().columns


def test_a_suppressed_area_is_nobody_or_everybody(tables):
    key, _ = hidden_row(tables)
    row = weekly(tables[True]).loc[key]
    assert row["residents"] == 0.0
    assert pd.isna(row["coverage_pct"])
    reached, left = row["coverage_low_pct"], row["coverage_high_pct"]
    assert 0.0 <= reached <= 100.0 or pd.isna(reached)
    assert 0.0 <= left <= 100.0 or pd.isna(left)


def test_every_layer_is_as_wide_as_the_hidden_residents_make_it(tables):
    """For each area by hand from its homes: low and high reached over low and high unreached."""
    from geo.reach import within
    from services.parameters import Parameters
    from services.situation import Situation

    workspace = tables[True].workspace
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    situation = Situation(workspace, parameters)
    homes = workspace.demand()
    near = within(situation.nearest["weekly"].home_walk, 500.0)
    table = weekly(tables[True])
    layer = workspace.profile.analysis.council_layer
    for area_id, rows in homes.groupby(f"in_{layer}"):
        if not area_id:
            continue
        inside = near[rows.index]
        low, high = rows["65+_low"].to_numpy(), rows["65+_high"].to_numpy()
        least = low[inside].sum() / (low[inside].sum() + high[~inside].sum())
        most = high[inside].sum() / (high[inside].sum() + low[~inside].sum())
        row = table.loc[(layer, area_id)]
        assert row["coverage_low_pct"] == pytest.approx(100 * least)
        assert row["coverage_high_pct"] == pytest.approx(100 * most)
        assert (
            row["coverage_low_pct"] - 1e-9 <= row["coverage_pct"] <= row["coverage_high_pct"] + 1e-9
        )
    widened = (table["coverage_high_pct"] - table["coverage_low_pct"])[layer] > 1e-9
    assert widened.sum() >= 1


def test_without_hidden_counts_an_area_has_no_width(tables):
    table = weekly(tables[False])
    layer = tables[False].workspace.profile.analysis.council_layer
    areas = table.loc[layer][~table.loc[layer]["remainder"]]
    assert areas["coverage_low_pct"].tolist() == pytest.approx(areas["coverage_high_pct"].tolist())
    assert areas["coverage_low_pct"].tolist() == pytest.approx(areas["coverage_pct"].tolist())
