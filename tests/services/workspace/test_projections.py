"""Residents of another date at the homes of today: a town of four areas, by hand."""

import shutil
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo.errors import InvalidInputError
from services.intake.build import build
from services.profile import read_profile
from services.words.names import normalise
from services.words.texts import told
from services.workspace.projections import homes_in, remainder_in, residents_in, years
from services.workspace.series import COLUMNS, FILE

GROUPS = ["total", "65+", "single_65+"]
HOMES = pd.DataFrame(
    [
        # area, share by floor, total, 65+, single_65+
        ("a", 0.25, 10.0, 4.0, 1.0),
        ("a", 0.75, 30.0, 12.0, 3.0),
        ("b", 1.0, 20.0, 0.0, 0.0),
        ("c", 1.0, 50.0, 10.0, 2.0),
        ("new", 0.4, 0.0, 0.0, 0.0),
        ("new", 0.6, 0.0, 0.0, 0.0),
        ("見本町字川向", 1.0, 5.0, 2.0, 1.0),
    ],
    columns=["source_area_id", "home_share", *GROUPS],
)


def row(date, area, group, residents, **changes):
    fields = {"area_id": area, "area_key": area, "name": area, "main": False, "projection": True}
    fields |= {"date": date, "source_id": "later", "age_group": group, "unit": "persons"}
    return {**fields, "residents": float(residents), **changes}


@pytest.fixture
def town(tmp_path):
    """Return a workspace of these homes with the rows of a series."""

    def made(*rows, homes=HOMES, groups=GROUPS):
        (tmp_path / "layers").mkdir(exist_ok=True)
        if rows:
            pd.DataFrame(list(rows))[list(COLUMNS)].to_parquet(tmp_path / FILE)
        frame = gpd.GeoDataFrame(homes, geometry=[Point(n, 0) for n in range(len(homes))], crs=6677)
        municipality = SimpleNamespace(jis_code="12000", name="見本市", prefecture="千葉県")
        profile = SimpleNamespace(
            population=SimpleNamespace(groups=groups), municipality=municipality
        )
        return SimpleNamespace(
            path=tmp_path, file=tmp_path.joinpath, profile=profile, demand=lambda: frame
        )

    return made


def test_the_homes_of_an_area_are_scaled_to_its_projection(town):
    workspace = town(row("2040", "a", "65+", 24), row("2040", "c", "65+", 5))
    # a: 16 become 24; c: 10 become 5.
    people = residents_in(workspace, 2040)
    assert people["65+"].tolist()[:4] == [6.0, 18.0, 0.0, 5.0]
    assert people.index.equals(workspace.demand().index)


def test_areas_without_a_row_change_as_those_with_one_do_together(town):
    # a and c had 26 aged 65+ and will have 39: half as many more, so the 2 at the point become 3.
    workspace = town(row("2040", "a", "65+", 24), row("2040", "c", "65+", 15))
    assert residents_in(workspace, "2040")["65+"].iloc[-1] == pytest.approx(3.0)


def test_an_area_where_nobody_of_the_group_lives_today_is_divided_by_floor_area(town):
    workspace = town(row("2040", "b", "65+", 8), row("2040", "new", "65+", 10))
    people = residents_in(workspace, "2040")["65+"]
    assert people.iloc[2] == 8.0
    assert people.iloc[4:6].tolist() == pytest.approx([4.0, 6.0])


def test_a_group_without_a_projection_changes_as_the_one_around_it(town):
    # 65+ of a: 16 → 24. Those living alone follow: 4 → 6. Everybody is not told and is left out.
    workspace = town(row("2040", "a", "65+", 24), row("2040", "b", "65+", 8))
    people = residents_in(workspace, "2040")
    assert list(people) == ["65+", "single_65+"]
    assert people["single_65+"].tolist()[:3] == pytest.approx([1.5, 4.5, 0.0])


def test_a_row_of_the_municipality_is_shared_by_areas_without_a_row(town):
    # 60 in all, 24 in a: 36 left for c (10 today), the point (2), b and new (0): three times as many.
    rows = [row("2040", "a", "65+", 24), row("2040", "", "65+", 60, name="千葉県見本市")]
    people = residents_in(town(*rows), "2040")["65+"]
    assert people.tolist() == pytest.approx([6.0, 18.0, 0.0, 30.0, 0.0, 0.0, 6.0])
    assert remainder_in(town(*rows), "2040")["65+"] == 0.0


def test_a_group_that_nobody_is_in_today_follows_everybody(town):
    homes = HOMES.assign(**{"65+": 0.0, "single_65+": 0.0})
    workspace = town(row("2040", "", "65+", 23, name="見本市"), homes=homes)
    people = residents_in(workspace, "2040")
    # 23 to the 40, 20, 50, 0 and 5 of today: 8, 4, 10, 0 and 1; within a as 10 to 30, by floor area.
    assert people["65+"].tolist() == pytest.approx([2.0, 6.0, 4.0, 10.0, 0.0, 0.0, 1.0])
    assert people["single_65+"].tolist() == [0.0] * 7


def test_residents_at_a_point_are_found_by_their_key(town):
    workspace = town(row("2040", "", "65+", 7, area_key="見本町字川向", name="川向"))
    assert residents_in(workspace, "2040")["65+"].iloc[-1] == 7.0


def test_a_row_that_no_area_knows_is_a_remainder(town):
    workspace = town(row("2040", "a", "65+", 16), row("2040", "", "65+", 9, name="新町"))
    assert remainder_in(workspace, "2040") == {"total": 0.0, "65+": 9.0, "single_65+": 0.0}
    assert residents_in(workspace, "2040")["65+"].tolist() == HOMES["65+"].tolist()


def test_the_runs_own_date_is_today(town):
    rows = [row("2020", "a", "65+", 99, main=True, source_id="now"), row("2040", "a", "65+", 24)]
    workspace = town(*rows)
    assert residents_in(workspace, 2020).equals(workspace.demand()[GROUPS])
    assert homes_in(workspace, 2020) is workspace.demand()


def test_homes_of_another_date_have_no_intervals_of_today(town):
    homes = HOMES.assign(**{"65+_low": 0.0, "65+_high": 99.0}, edge=3)
    found = homes_in(town(row("2040", "a", "65+", 24), homes=homes), "2040")
    assert set(found) == {"source_area_id", "home_share", "edge", "65+", "single_65+", "geometry"}
    assert found["65+"].tolist()[:2] == [6.0, 18.0]
    assert found.crs == 6677


def test_of_two_sources_of_a_date_the_first_tells(town):
    rows = [row("2040", "a", "65+", 24), row("2040", "a", "65+", 99, source_id="other")]
    rows += [row("2040", "a", "total", 20, source_id="other")]
    people = residents_in(town(*rows), "2040")
    assert people["65+"].tolist()[:2] == [6.0, 18.0]
    assert people["total"].tolist()[:2] == [5.0, 15.0]


def test_years_are_listed_and_read_as_people_write_them(town):
    workspace = town(row("令和12年", "a", "65+", 24), row("2040", "a", "65+", 8))
    assert years(workspace) == ["2040", "令和12年"]
    assert residents_in(workspace, "令和１２")["65+"].iloc[0] == 6.0


def test_a_year_that_is_not_there_lists_those_that_are(town):
    workspace = town(row("2030", "a", "65+", 1), row("2040", "a", "65+", 1))
    for asked in (residents_in, homes_in, remainder_in):
        with pytest.raises(InvalidInputError, match=r"2035; the years are 2030, 2040") as error:
            asked(workspace, 2035)
        assert "使える年：2030、2040" in told(error.value, "ja")


def test_a_workspace_without_other_dates_says_how_to_get_one(town):
    assert years(town()) == []
    with pytest.raises(InvalidInputError, match=r"add a \[\[population_series\]\]") as error:
        residents_in(town(), 2040)
    assert "population_series" in told(error.value, "ja")


COUNT = st.just(0.0) | st.floats(1e-3, 1e5)
"""Nobody, or a share of a person that somebody could mean."""


@given(
    st.lists(COUNT, min_size=7, max_size=7),
    st.lists(COUNT, min_size=5, max_size=5),
    st.lists(COUNT, min_size=5, max_size=5),
)
def test_every_area_has_exactly_what_is_projected(tmp_path_factory, now, then, everybody):
    folder = tmp_path_factory.mktemp("series")
    (folder / "layers").mkdir()
    keys = ["a", "b", "c", "new", "見本町字川向"]
    rows = [
        row("2040", key, group, figure)
        for group, figures in (("65+", then), ("total", everybody))
        for key, figure in zip(keys, figures, strict=True)
    ]
    pd.DataFrame(rows)[list(COLUMNS)].sample(frac=1.0, random_state=1).to_parquet(folder / FILE)
    homes = HOMES.assign(**{"65+": now})
    municipality = SimpleNamespace(jis_code="12000", name="見本市", prefecture="千葉県")
    profile = SimpleNamespace(population=SimpleNamespace(groups=GROUPS), municipality=municipality)
    workspace = SimpleNamespace(
        path=folder, file=folder.joinpath, profile=profile, demand=lambda: homes
    )
    people = residents_in(workspace, "2040")
    sums = people.groupby(homes["source_area_id"]).sum()
    assert sums["65+"].reindex(keys).tolist() == pytest.approx(then, rel=1e-9)
    assert sums["total"].reindex(keys).tolist() == pytest.approx(everybody, rel=1e-9)
    assert np.isfinite(people.to_numpy()).all()


SOURCE = """
[[sources]]
id = "later"
path = "later.csv"
format = "csv"
title = "将来推計（架空）"
credit = "c"
licence = "l"
as_of = "2040"

[[population_series]]
source = "later"
date = "2040"
projection = true
name_field = "町丁字名"
age_groups = { total = "総人口", "65+" = "65歳以上" }
origin = "架空"
"""


def test_an_area_that_is_empty_today_gets_homes_when_the_town_is_built(town_profile, tmp_path):
    folder = shutil.copytree(town_profile.parent, tmp_path / "source")
    path = folder / town_profile.name
    profile = read_profile(path)
    table = folder / profile.source(profile.population.source).path
    lines = table.read_text(encoding="cp932").splitlines()
    header, first = lines[0].split(","), lines[1].split(",")
    name = first[header.index("町丁字名")]
    (folder / "later.csv").write_text("\n".join(lines), encoding="utf-8")
    empty = [cell if cell == name or not cell.isdigit() else "0" for cell in first]
    table.write_text("\n".join([lines[0], ",".join(empty), *lines[2:]]), encoding="cp932")
    path.write_text(path.read_text(encoding="utf-8") + SOURCE, encoding="utf-8")
    workspace = build(path, tmp_path / "workspace").seen("exact")
    areas = workspace.areas()
    there = (areas["layer"] == profile.population.layer) & (
        areas["area_name"].map(normalise) == normalise(name)
    )
    homes = workspace.demand()
    of_area = homes["source_area_id"] == areas.loc[there, "area_id"].iloc[0]
    assert of_area.sum() > 1
    assert homes.loc[of_area, "total"].sum() == 0.0
    later = residents_in(workspace, 2040)
    projected = dict(zip(header, first, strict=True))
    assert later.loc[of_area, "65+"].sum() == pytest.approx(float(projected["65歳以上"]))
    assert later.loc[of_area, "total"].sum() == pytest.approx(float(projected["総人口"]))
    # The other areas are projected as they are today.
    rest = later.loc[~of_area, "65+"].to_numpy()
    assert rest == pytest.approx(homes.loc[~of_area, "65+"].to_numpy())
    today = profile.source(profile.population.source).as_of
    assert years(workspace) == sorted(["2040", today])
