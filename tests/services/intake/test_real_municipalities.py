"""Real municipalities: built and run from their open data, which lies beside the checkout."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from services.results.run import run
from services.workspace.folder import open_workspace
from tests.realtowns import SHARED, data_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (SHARED / "japan").is_dir(), reason="the open data is not beside the checkout"
    ),
]


@pytest.mark.parametrize(
    ("code", "areas"),
    [
        ("05303", {"oaza": 6, "small_area": 83}),
        ("12207", {"small_area": 251}),
        ("28202", {"small_area": 419}),
        ("46222", {"former_municipality": 3, "daily_life_area": 3, "small_area": 81}),
    ],
)
def test_every_resident_of_the_census_is_in_every_layer(
    code: str, areas: dict[str, int], real_town: Callable[[str], Path], tmp_path: Path
) -> None:
    census = pd.read_csv(data_of(code) / "population_2015.csv")["総人口"].sum()
    workspace = open_workspace(shutil.copytree(real_town(code), tmp_path / "workspace"))
    snapshot = run(workspace)
    counted = workspace.areas()["layer"].value_counts().to_dict()
    assert counted == {**dict.fromkeys(counted, 1), **areas}
    table = snapshot.table("coverage")
    asked = ["layer", "frequency", "profile", "walk_limit_m"]
    sums = table[table["age_group"] == "total"].groupby(asked)
    assert sums["residents"].sum().to_numpy() == pytest.approx(census)
    rate = workspace.profile.population.estimate_from_rate[0].rate_pct
    assert snapshot.run["summary"]["residents"] == pytest.approx(census * rate / 100)
    gaps = table[(table["layer"] == "small_area")]
    assert gaps["approximate"].all()


def test_the_residents_of_an_area_with_exclaves_are_in_its_inhabited_part(
    real_town: Callable[[str], Path],
) -> None:
    """松戸新田 has six parts; the table gives all 9,169 residents to the one of 46.5 ha."""
    workspace = open_workspace(real_town("12207"))
    homes = workspace.demand()
    own = homes[homes["source_area_id"] == "12207123002"]
    assert own["total"].sum() == pytest.approx(9169)
    area = workspace.areas().set_index("area_id").geometry["12207123002"]
    parts = [part for part in area.geoms if part.intersects(own.geometry.union_all())]
    assert [round(part.area / 1e4, 1) for part in parts] == [46.5]
