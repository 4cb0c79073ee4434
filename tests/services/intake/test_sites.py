"""Sites that get no area are listed one by one, each with its reason."""

import geopandas as gpd
import shapely

from geo.walking.snapping import frontage_of
from services.intake.areas.sites import nearest_site_layer
from services.intake.tables.ledger import Ledger
from services.profile import Layer
from services.words.texts import told
from tests.streets import PLANE, straight_street

LAYER = Layer(
    id="clubs",
    kind="neighbourhood",
    label="単位クラブ",
    label_en="clubs",
    source="halls",
    method="nearest_site",
    name_field="名称",
    version="1",
)
TOWN = shapely.box(0, -400, 800, 400)
"""The street goes on to x = 1000, where the outline is incomplete."""


def entries(*points: tuple[float, float]) -> list:
    """Return what is said of the sites a, b, … in rows 2, 3, …, all in the town or near it."""
    names = [chr(ord("a") + n) for n in range(len(points))]
    sites = gpd.GeoDataFrame(
        {"site_id": names, "name": names, "row": range(2, len(points) + 2)},
        geometry=[shapely.Point(xy) for xy in points],
        crs=PLANE,
    )
    ledger = Ledger()
    network = straight_street(1000.0)
    streets = network, frontage_of(network, isolated_below_m=0)
    nearest_site_layer(sites, TOWN, streets, layer=LAYER, limit_m=300.0, ledger=ledger)
    return [entry for entry in ledger.of("halls").entries if entry.code != "estimated_borders"]


def test_each_site_without_an_area_is_named_with_its_row_and_its_reason():
    # b is 200 m beyond the outline and its street's land is there, c is 350 m from the street, which
    # is more than the 300 m of a leg, and d stands where a stands.
    found = {entry.row: entry for entry in entries((700, 0), (1000, 0), (200, 350), (700, 0))}
    assert sorted(found) == [3, 4, 5]
    assert {entry.code for entry in found.values()} == {"site_without_area"}
    said = {row: str(entry.said) for row, entry in found.items()}
    assert said[3] == (
        "layer clubs: b has no area: it lies 200 m outside the municipality's outline; complete the "
        "outline, or correct its position"
    )
    assert "c has no area: no walkable street is within 300 m of it" in said[4]
    assert "d has no area: another site is nearer to all the land around it" in said[5]
    ja = told(found[3].said, "ja")
    assert ja.startswith(
        "層「単位クラブ」：「b」の区域がありません。市区町村の境界から200m外にあります"
    )


def test_nothing_is_said_where_every_site_has_its_area():
    assert entries((100, 0), (700, 0)) == []


def test_sites_of_a_whole_prefecture_are_listed_from_the_nearest_and_the_rest_is_counted():
    far = [(2_000.0 + 100 * n, 0.0) for n in range(250)]
    found = entries((400, 0), *far)
    assert [entry.code for entry in found] == ["site_without_area"] * 200 + ["sites_without_area"]
    # The first is 2,000 − 800 m away, the 201st 22,000 − 800.
    assert "1200 m outside" in str(found[0].said)
    assert "50 more sites, all 21.2 km or more away" in str(found[-1].said)
    assert "ほかに50か所（どれも21.2km以上離れています）" in told(found[-1].said, "ja")
