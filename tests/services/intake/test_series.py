"""Residents at several dates and as projected."""

import pandas as pd
import pytest

from services.intake.build import build
from services.intake.people.series import SeriesIntake, read_all
from services.intake.tables.ledger import Ledger
from services.profile import read_profile
from services.workspace.series import COLUMNS, FILE, read_series

AREAS = pd.DataFrame({"area_id": ["東", "西"], "area_name": ["東", "西"]})
PEOPLE = """
[[sources]]
id = "{id}"
path = "{id}.csv"
format = "csv"
title = "t"
credit = "c"
licence = "l"
as_of = "2020"
"""


def intake(town_profile, tmp_path, changes, series="", sources=("now", "later")):
    """Return the model town's profile with a population of its own."""
    import tomllib

    from services.profile import Profile

    table = tomllib.loads(town_profile.read_text(encoding="utf-8"))
    extra = tomllib.loads("".join(PEOPLE.format(id=name) for name in sources) + series)
    table["sources"] += extra.pop("sources")
    layer = table["population"]["layer"]
    table["population"] = {"source": "now", "layer": layer, "name_field": "町名", **changes}
    profile = Profile.model_validate({**table, **extra})
    return SeriesIntake(profile, tmp_path, Ledger())


GROUPS = {"total": "総人口", "65+": "65歳以上"}


def test_a_profile_without_other_dates_has_no_series(town_profile, tmp_path):
    found = read_all(intake(town_profile, tmp_path, {"age_groups": GROUPS}), AREAS)
    assert list(found.columns) == list(COLUMNS)
    assert found.empty


def test_a_column_of_years_gives_every_date_and_marks_the_runs(town_profile, tmp_path):
    text = "年,町名,総人口,65歳以上\n2020,東,10,3\n2020,西,5,1\n2040,東,8,4\n2040,新町,2,2\n"
    (tmp_path / "now.csv").write_text(text, encoding="utf-8")
    changes = {"age_groups": GROUPS, "year_field": "年", "year": "2020"}
    found = read_all(intake(town_profile, tmp_path, changes), AREAS)
    old = found[found["age_group"] == "65+"].groupby("date")["residents"].sum()
    assert old.to_dict() == {"2020": 4.0, "2040": 6.0}
    assert found.groupby("date")["main"].first().to_dict() == {"2020": True, "2040": False}
    new = found[found["name"] == "新町"]
    assert new["area_id"].tolist() == ["", ""]


def test_a_projection_is_read_with_the_same_matches(town_profile, tmp_path):
    (tmp_path / "now.csv").write_text("町名,総人口,65歳以上\n東,10,3\n", encoding="utf-8")
    (tmp_path / "later.csv").write_text("町名,65〜74歳,75歳以上\n東１丁目,2,3\n", encoding="utf-8")
    series = """
[[population_series]]
source = "later"
date = "2040"
projection = true
name_field = "町名"
bands = true
age_groups = {"65+" = "", "75+" = ""}
origin = "国立社会保障・人口問題研究所の推計"
"""
    changes = {"age_groups": GROUPS, "matches": {"東１丁目": "東"}}
    found = read_all(intake(town_profile, tmp_path, changes, series), AREAS)
    later = found[found["date"] == "2040"]
    assert later["area_id"].unique().tolist() == ["東"]
    assert later.set_index("age_group")["residents"].to_dict() == {"65+": 5.0, "75+": 3.0}
    assert later["projection"].all()
    now = found[found["source_id"] == "now"]
    assert now["date"].unique().tolist() == ["2020"]
    assert not now["projection"].any()


def test_the_series_is_written_into_the_workspace_and_read_again(town_profile, tmp_path):
    import shutil

    folder = shutil.copytree(town_profile.parent, tmp_path / "source")
    path = folder / town_profile.name
    spec = read_profile(path).population
    name = spec.name_field or spec.id_field
    source = read_profile(path).source(spec.source)
    table = folder / source.path
    (folder / "later.csv").write_bytes(table.read_bytes())
    text = path.read_text(encoding="utf-8")
    text += PEOPLE.format(id="later").replace("2020", "2040")
    text += f'\n[[population_series]]\nsource = "later"\ndate = "2040"\nname_field = "{name}"\n'
    text += f'age_groups = {{"65+" = "{spec.age_groups["65+"]}"}}\nprojection = true\n'
    path.write_text(text, encoding="utf-8")
    workspace = build(path, tmp_path / "workspace")
    found = read_series(workspace.seen("exact").file(FILE))
    sums = found[found["age_group"] == "65+"].groupby("projection")["residents"].sum()
    assert sums[True] == pytest.approx(sums[False])
    assert read_series(tmp_path / FILE).empty
