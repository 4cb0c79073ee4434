"""Suppressed counts widen percentages, from the table of residents to the coverage of a run."""

import shutil

import pandas as pd
import pytest

from services.intake.build import build
from services.profile import read_profile
from services.results.run import run
from services.words.vocabulary import EXACT
from services.workspace.folder import REMAINDER


@pytest.fixture(scope="module")
def tables(town_profile, town_snapshot, tmp_path_factory):
    """Run the model town as it is, and with one area's 65+ suppressed."""
    folder = tmp_path_factory.mktemp("hidden") / "source"
    shutil.copytree(town_profile.parent, folder)
    profile = read_profile(folder / town_profile.name)
    spec = profile.population
    path = folder / profile.source(spec.source).path
    lines = path.read_text(encoding="cp932").splitlines()
    header = lines[0].split(",")
    cells = lines[1].split(",")
    cells[header.index(spec.age_groups["65+"])] = "X"
    lines[1] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="cp932")
    hidden = run(build(folder / town_profile.name, folder.parent / "workspace"))
    return {False: town_snapshot, True: hidden}


def weekly(snapshot):
    table = snapshot.table("coverage")
    rows = (table["frequency"] == "weekly") & (table["age_group"] == "65+")
    rows &= table["profile"] == "standard"
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
    demand = tables[True].workspace.seen(EXACT).demand()
    hidden = demand[demand["65+_high"] > demand["65+_low"]]
    assert hidden["65+"].sum() == hidden["65+_low"].sum() == 0.0
    # Nobody but the row's total bounds it.
    most = hidden["65+_high"].sum()
    assert most == pytest.approx(hidden["total"].sum())
    # The public view knows no narrower interval.
    _, public_most = hidden_row(tables)
    assert public_most >= most - 1e-6
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
    from services.situation.parameters import Parameters
    from services.situation.view import Situation

    workspace = tables[True].workspace
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    situation = Situation(workspace, parameters)
    homes = workspace.demand()
    circle_m = situation.access(situation.walking)["weekly"].straight_m
    near = {"": situation.reached("weekly"), "circle_": circle_m <= parameters.limit.m + 1e-6}
    table = weekly(tables[True])
    layer = workspace.profile.analysis.council_layer
    for area_id, rows in homes.groupby(f"in_{layer}"):
        if not area_id:
            continue
        low, high = rows["65+_low"].to_numpy(), rows["65+_high"].to_numpy()
        row = table.loc[(layer, area_id)]
        for kind, counted in near.items():
            inside = counted[rows.index]
            least = low[inside].sum() / (low[inside].sum() + high[~inside].sum())
            most = high[inside].sum() / (high[inside].sum() + low[~inside].sum())
            assert row[f"{kind}coverage_low_pct"] == pytest.approx(100 * least)
            assert row[f"{kind}coverage_high_pct"] == pytest.approx(100 * most)
            share = row[f"{kind}coverage_pct"]
            assert 100 * least - 1e-9 <= share <= 100 * most + 1e-9
    widened = (table["coverage_high_pct"] - table["coverage_low_pct"])[layer] > 1e-9
    assert widened.sum() >= 1


def test_without_hidden_counts_an_area_has_no_width(tables):
    table = weekly(tables[False])
    layer = tables[False].workspace.profile.analysis.council_layer
    areas = table.loc[layer][~table.loc[layer]["remainder"]]
    assert areas["coverage_low_pct"].tolist() == pytest.approx(areas["coverage_high_pct"].tolist())
    assert areas["coverage_low_pct"].tolist() == pytest.approx(areas["coverage_pct"].tolist())


def test_cells_of_a_cross_table_are_as_wide_as_their_homes_and_those_of_their_row(tables):
    """By hand from the homes: of each cell, and of the others of its row and its column."""
    from services.situation.parameters import Parameters
    from services.situation.view import Situation

    workspace = tables[True].workspace
    profile = workspace.profile
    table = tables[True].table("crosstabs")
    sides = (profile.analysis.gap_layer, profile.analysis.council_layer)
    if sides not in set(zip(table["row_layer"], table["column_layer"], strict=True)):
        sides = sides[::-1]
    near = Situation(workspace, Parameters.of(profile)).reached("weekly")
    homes = workspace.demand()
    names = [homes[f"in_{side}"].replace("", REMAINDER) for side in sides]
    cells = pd.DataFrame(
        {
            "row_id": names[0],
            "column_id": names[1],
            **{end: homes[f"65+_{end}"] for end in ("low", "high")},
            **{f"{end}_in": homes[f"65+_{end}"] * near for end in ("low", "high")},
        }
    )
    summed = cells.groupby(["row_id", "column_id"]).sum()
    table = table[(table["row_layer"] == sides[0]) & (table["column_layer"] == sides[1])]
    table = table[(table["frequency"] == "weekly") & (table["age_group"] == "65+")]
    table = table.set_index(["row_id", "column_id"])
    assert set(summed.index) <= set(table.index)
    wide = 0
    for cell, each in summed.iterrows():
        row = table.loc[cell]
        if cell == (REMAINDER, REMAINDER) or each["high"] == 0:
            continue
        least = 100 * each["low_in"] / (each["low_in"] + each["high"] - each["high_in"])
        most = 100 * each["high_in"] / (each["high_in"] + each["low"] - each["low_in"])
        ends = row[["coverage_low_pct", "coverage_high_pct"]].tolist()
        # Of those of whom all may be nobody, the other end is the only share there can be.
        ends_by_hand = [most if pd.isna(least) else least, least if pd.isna(most) else most]
        assert ends == pytest.approx(ends_by_hand, abs=1e-6)
        for axis, name in enumerate(("row", "column")):
            others = summed.xs(cell[axis], level=axis, drop_level=False).drop([cell])
            if REMAINDER in {part for key in others.index for part in key}:
                continue
            low = 100 * each["low"] / (each["low"] + others["high"].sum())
            high = 100 * each["high"] / (each["high"] + others["low"].sum())
            found = row[[f"{name}_share_low_pct", f"{name}_share_high_pct"]].tolist()
            assert found == pytest.approx([low, high], abs=1e-6)
            wide += high - low > 1e-6
    assert wide > 0
    plain = tables[False].table("crosstabs")
    # Those whose home nobody knows, in the cell of both remainders, may all be reached or none.
    lived_in = plain[(plain["row_id"] != REMAINDER) | (plain["column_id"] != REMAINDER)]
    for name in ("coverage", "row_share", "column_share"):
        for end in ("low", "high"):
            assert lived_in[f"{name}_{end}_pct"].tolist() == pytest.approx(
                lived_in[f"{name}_pct"].tolist(), nan_ok=True, abs=1e-6
            )


@pytest.mark.parametrize(("lang", "words"), [("ja", "秘匿"), ("en", "suppressed")])
def test_what_people_read_first_says_the_interval(tables, lang, words):
    from services.reports.briefing import notes

    summary = tables[True].run["summary"]
    assert summary["coverage_low_pct"] < summary["coverage_pct"] < summary["coverage_high_pct"]
    said = [note for note in notes(tables[True], lang) if words in note]
    assert len(said) == 1
    assert f"{summary['coverage_low_pct']:.1f}" in said[0]
    # Of some places nobody knows the days: the most is with all of them.
    assert summary["coverage_high_pct"] < summary["coverage_with_unknown_high_pct"]
    assert f"{summary['coverage_with_unknown_high_pct']:.1f}" in said[0]
    assert not [note for note in notes(tables[False], lang) if words in note]


@pytest.mark.parametrize("estimated", [False, True])
def test_an_estimate_of_a_suppressed_count_has_its_interval(tmp_path, estimated):
    """65+ as 25 % of all; one area's residents are suppressed, and at most 40."""
    from types import SimpleNamespace

    import geopandas as gpd
    from shapely import box

    from services.intake.people.residents import read_residents
    from services.intake.tables.ledger import Ledger
    from services.profile import Population, Source

    (tmp_path / "now.csv").write_text("町名,総人口\n東,100\n西,X\n", encoding="utf-8")
    rate = {"age_group": "65+", "rate_pct": 25.0, "origin": "架空"}
    spec = Population(
        source="now",
        layer="small_area",
        name_field="町名",
        age_groups={"total": "総人口"},
        suppressed_max=40.0,
        estimate_from_rate=[rate] if estimated else [],
    )
    fields = dict.fromkeys(("title", "credit", "licence", "as_of"), "t")
    source = Source(id="now", path="now.csv", format="csv", **fields)
    areas = gpd.GeoDataFrame(
        {"area_id": ["e", "w"], "area_name": ["東", "西"]},
        geometry=[box(0, 0, 9, 9), box(9, 0, 18, 9)],
        crs=6677,
    )
    residents = read_residents(
        [tmp_path / "now.csv"],
        profile=SimpleNamespace(population=spec, source=lambda _: source),
        assembly=SimpleNamespace(meshes=lambda _: None, of=lambda _: areas),
        ledger=Ledger(),
    )
    assert residents.by_area["total_high"].tolist() == [100.0, 40.0]
    if estimated:
        assert residents.by_area["65+"].tolist() == [25.0, 0.0]
        assert residents.by_area["65+_low"].tolist() == [25.0, 0.0]
        assert residents.by_area["65+_high"].tolist() == [25.0, 10.0]


def test_the_order_of_the_rows_of_residents_changes_nothing(tmp_path):
    from types import SimpleNamespace

    import geopandas as gpd
    from shapely import box

    from services.intake.people.residents import read_residents
    from services.intake.tables.ledger import Ledger
    from services.profile import Population, Source

    rows = ["東,100,20", "西,X,7", "東１,31,4", "新町,5,2", "中,0,0"]
    groups = {"total": "総人口", "65+": "65歳以上"}
    spec = Population(
        source="now",
        layer="small_area",
        name_field="町名",
        age_groups=groups,
        matches={"東１": "東"},
    )
    fields = dict.fromkeys(("title", "credit", "licence", "as_of"), "t")
    source = Source(id="now", path="now.csv", format="csv", **fields)
    areas = gpd.GeoDataFrame(
        {"area_id": ["e", "w", "m"], "area_name": ["東", "西", "中"]},
        geometry=[box(0, 0, 9, 9), box(9, 0, 18, 9), box(18, 0, 20, 9)],
        crs=6677,
    )
    found = []
    for order in (rows, rows[::-1]):
        text = "\n".join(["町名,総人口,65歳以上", *order]) + "\n"
        (tmp_path / "now.csv").write_text(text, encoding="utf-8")
        found.append(
            read_residents(
                [tmp_path / "now.csv"],
                profile=SimpleNamespace(population=spec, source=lambda _: source),
                assembly=SimpleNamespace(meshes=lambda _: None, of=lambda _: areas),
                ledger=Ledger(),
            )
        )
    assert found[0].by_area.equals(found[1].by_area)
    assert found[0].unmatched == found[1].unmatched
    # 100 + 31 and 20 + 4 in the east; the town that no map knows is kept.
    assert found[0].by_area.loc["e", ["total", "65+"]].tolist() == [131.0, 24.0]
    assert found[0].unmatched["65+"] == 2.0
