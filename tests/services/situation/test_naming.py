"""Rows by position get their area's name; the remainder and the whole count who lives nobody knows where."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from geo.coverage.reached import Layering
from services.situation.naming import WHOLE, named, picked, unlocated, unlocated_of
from services.workspace.folder import MANIFEST, Workspace
from services.workspace.jsonfiles import write_json

LAYER = SimpleNamespace(id="unit", version="2025", approximate=True, draft=False)


def question(folder) -> SimpleNamespace:
    write_json(folder / MANIFEST, {"unmatched_residents": {"65+": 7.0, "65+_low": 4.0, "75+": 3.0}})
    population = SimpleNamespace(estimated_groups=["75+"])
    return SimpleNamespace(
        workspace=Workspace(folder), profile=SimpleNamespace(population=population)
    )


def test_a_position_gets_the_name_of_its_area_and_the_remainder_its_own(tmp_path) -> None:
    areas = pd.DataFrame({"area_id": ["a", "b"], "area_name": ["本町", "新町"]})
    layering = Layering(areas, np.array([0, 1]), np.array([], dtype=int))
    frame = pd.DataFrame(
        {"area": [1, -1, 0], "age_group": ["65+", "75+", "65+"]}, index=[30, 10, 20]
    )
    found = named(frame, question(tmp_path), LAYER, layering)
    assert found["area_id"].tolist() == ["b", "_remainder", "a"]
    assert found["area_name"].tolist() == ["新町", "区域外・不明", "本町"]
    assert found["remainder"].tolist() == [False, True, False]
    assert found["residents_estimated"].tolist() == [False, True, False]
    assert found.index.tolist() == [30, 10, 20]
    assert set(found["layer"] + found["version"]) == {"unit2025"}


def test_who_lives_nobody_knows_where_counts_in_the_remainder_and_in_the_whole_alone(
    tmp_path,
) -> None:
    situation = question(tmp_path)
    table = pd.DataFrame(
        {
            "layer": ["unit", "unit", "unit", WHOLE],
            "age_group": ["65+", "65+", "75+", "65+"],
            "remainder": [False, True, True, False],
        }
    )
    assert unlocated(table, situation).tolist() == [0.0, 7.0, 3.0, 7.0]
    # Of 75+ nothing is suppressed: the least is what it is.
    assert unlocated(table, situation, "_low").tolist() == [0.0, 4.0, 3.0, 4.0]
    assert unlocated_of(table["age_group"], situation, "_high").tolist() == [7.0, 7.0, 3.0, 7.0]
    assert situation.workspace.unlocated("85+") == 0.0


def test_what_stands_nowhere_has_no_name() -> None:
    assert picked(["本町", "新町"], [1, -1, 0]).tolist() == ["新町", "", "本町"]
    assert picked(pd.Series([], dtype="str"), np.array([-1])).tolist() == [""]
    assert picked(["本町"], -1) == ""
