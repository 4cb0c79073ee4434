"""Nothing that could point at somebody leaves by any address."""

import re
from pathlib import Path

import pytest
import shapely
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from geo.arrays import LONLAT_EPSG
from services.workspace.folder import Workspace
from tests.snapshots import at, places, tiny_workspace

HOME = "p3"

ADDRESSES = (
    "/",
    "/api",
    "/about",
    "/summary",
    "/summary?area=w",
    "/streets",
    "/collections",
    "/slots",
    "/slots?area=w",
    "/reports/w",
    "/reports/e",
    *(
        f"/collections/{name}/items?limit=10000"
        for name in ("areas", "coverage", "gaps", "places", "candidates", "reach")
    ),
    f"/collections/places/items/{HOME}",
)


def home_lonlat() -> tuple[float, float]:
    homes = places().query("place_id == @HOME").to_crs(LONLAT_EPSG)
    return homes.geometry.x.iloc[0], homes.geometry.y.iloc[0]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_private_home_never_leaves_exactly(client: TestClient, address: str) -> None:
    lon, lat = home_lonlat()
    text = client.get(address).text

    # Four decimals are eleven metres: not even the start of both coordinates is there together.
    pairs = re.findall(r"(1[34]\d\.\d{4,}),\s*(3\d\.\d{4,})", text)
    assert not [
        pair
        for pair in pairs
        if abs(float(pair[0]) - lon) < 5e-5 and abs(float(pair[1]) - lat) < 5e-5
    ]


def test_a_private_home_stands_in_the_middle_of_its_cell(
    client: TestClient, workspace: Workspace
) -> None:
    feature = client.get(f"/collections/places/items/{HOME}").json()
    point = shapely.Point(feature["geometry"]["coordinates"])
    plane = (
        places().set_geometry([point] * 4, crs=LONLAT_EPSG).to_crs(places().crs).geometry.iloc[0]
    )
    cell_m = workspace.profile.privacy.blur_m

    assert feature["properties"]["blurred"] is True
    # Six decimals of a degree are about 0.1 m.
    assert plane.x % cell_m == pytest.approx(cell_m / 2, abs=0.2)
    assert plane.y % cell_m == pytest.approx(cell_m / 2, abs=0.2)
    # p3 is 123 m east and 377 m north of the corner: the cell's middle is within half its diagonal.
    assert plane.distance(at(123, 377)) <= cell_m / 2**0.5 + 0.2


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_of_a_place_leaves(client: TestClient, address: str) -> None:
    assert "架空町1-2-3" not in client.get(address).text


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A town where counts below 100 are not shown: 川向こう (12) and with it 南町会 (200)."""
    folder: Path = tmp_path_factory.mktemp("strict")
    return TestClient(create_app(tiny_workspace(folder, small_number=100), Settings(warm=False)))


def unit(client: TestClient, area: str) -> dict:
    query = {
        "layer": "neighbourhood",
        "age_group": "65+",
        "area_id": area,
        "frequency": "weekly",
        "walk_limit_m": 500,
    }
    return client.get("/collections/coverage/items", params=query).json()["features"][0][
        "properties"
    ]


def test_a_small_count_is_null_and_says_so(strict: TestClient) -> None:
    hidden = unit(strict, "d")

    assert hidden["suppressed"] is True
    assert tuple(
        hidden[name] for name in ("residents", "reached", "reached_own_area", "coverage_pct")
    ) == (None, None, None, None)


def test_a_second_area_is_hidden_so_that_no_difference_tells_the_first(strict: TestClient) -> None:
    assert unit(strict, "c")["suppressed"] is True
    assert unit(strict, "b")["suppressed"] is False
    assert unit(strict, "b")["residents"] == 300.0


def test_a_hidden_count_cannot_be_found_by_filtering(strict: TestClient) -> None:
    answer = strict.get("/collections/gaps/items", params={"residents": 12})

    assert answer.json()["numberMatched"] == 0


def test_the_slots_of_a_hidden_area_have_no_figures(strict: TestClient) -> None:
    body = strict.get("/slots", params={"layer": "neighbourhood", "area": "d"}).json()

    assert (body["suppressed"], body["residents"]) == (True, None)
    assert (body["reached_combined"], body["combined_pct"]) == (None, None)
    assert {(slot["reached"], slot["coverage_pct"]) for slot in body["slots"]} == {(None, None)}
    assert body["sentences"][0] == "65歳以上の人数が少ないため、数字は非公開です"


def test_the_summary_of_a_hidden_area_has_no_figures(strict: TestClient) -> None:
    body = strict.get("/summary", params={"layer": "neighbourhood", "area": "d"}).json()

    assert body["suppressed"] is True
    assert (body["residents"], body["reached"], body["unreached"]) == (None, None, None)
