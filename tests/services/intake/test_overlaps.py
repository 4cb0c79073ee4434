"""Areas of one layer that share land, in a whole build of the hamlet."""

import json
from pathlib import Path

from geo.errors import Sentence
from services.intake.build import build
from services.words.texts import told
from tests.services.intake.hostile.hamlet import (
    LAT,
    LON,
    STEP,
    areas,
    buildings,
    feature,
    profile_text,
    write_hamlet,
)

BEFORE = """
[[layers]]
id = "small_area"
kind = "small_area"
label = "町丁"
label_en = "Small area"
source = "before"
name_field = "name"
version = "2020"
valid_to = 2024-12-31
[[sources]]
id = "before"
path = "before.geojson"
format = "vector"
title = "before"
credit = "試験"
licence = "CC0"
as_of = "2020"
"""


def wide_east() -> dict[str, object]:
    """Return the areas, of which the eastern one of the list reaches over half of its neighbour."""
    west, south = LON, LAT
    east, north = west + 1.5 * STEP, south + STEP
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    rest = areas()["features"]
    assert isinstance(rest, list)
    first = feature({"type": "Polygon", "coordinates": [ring]}, name="東町")
    return {"type": "FeatureCollection", "features": [first, *rest[1:]]}


def test_areas_that_share_land_are_listed_with_who_lives_there(tmp_path: Path) -> None:
    profile = write_hamlet(tmp_path)
    (tmp_path / "areas.geojson").write_text(json.dumps(wide_east()), encoding="utf-8")
    (tmp_path / "before.geojson").write_text(json.dumps(areas()), encoding="utf-8")
    # The house of 西町 stands in the land that 東町 claims too; another one does not.
    more = buildings((LON + STEP * 1.8, LAT + STEP * 0.4, 80, 2))
    (tmp_path / "buildings.csv").write_text(more, encoding="utf-8")
    text = profile_text().replace('version = "2025"', 'version = "2025"\nvalid_from = 2025-01-01')
    profile.write_text(text + BEFORE, encoding="utf-8")
    workspace = build(profile, tmp_path / "workspace")
    told_of = [
        (source, entry)
        for source, book in workspace.seen("exact").intake.items()
        for entry in book["entries"]
        if entry["code"] == "overlap"
    ]
    ((source, entry),) = told_of
    assert source == "areas"
    # 東 comes before 西: its 30 older residents live in both houses that stand in its land, half of
    # them in the one that 西町 claims as well, whose own 30 are in the house of its alone.
    assert entry["residents"] == 15
    demand = workspace.seen("exact").demand()
    assert demand["65+"].sum() == 120
    said = Sentence.from_dict(entry["said"])
    assert told(said, "en").startswith("layer small_area (2025): 東町 shares ")
    assert "other areas: 1 (西町)" in told(said, "en")
    # Half of a square of 0.002° × 0.002°: 90 m × 222 m.
    assert " 2.00 ha " in told(said, "en")
    assert "西町" in told(said, "ja")
    # What is said names homes: the public view knows only that there is something.
    public = workspace.intake["areas"]["entries"]
    assert [(one["code"], one["said"], one["residents"]) for one in public] == [
        ("overlap", None, None)
    ]
