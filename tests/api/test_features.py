"""Collections over HTTP: pages, filters, boxes, errors, GeoJSON."""

import json
from urllib.parse import urlsplit

import pytest
import shapely
from fastapi.testclient import TestClient

COLLECTIONS = (
    "areas",
    "coverage",
    "coverage_table",
    "gaps",
    "places",
    "candidates",
    "reach",
    "edits",
)

# DESIGN: the names that clients rely on.
NAMES = {
    "areas": "layer area_id area_name version council_id",
    "places": "place_id name kind frequency sessions_per_month schedule_text status verified_on",
    "coverage": "layer area_id area_name frequency age_group walk_limit_m walk_limit_min profile residents reached reached_own_area coverage_pct coverage_low_pct coverage_high_pct places_n",
    "coverage_table": "layer area_id area_name frequency age_group walk_limit_m walk_limit_min profile reached",
    "gaps": "layer area_id area_name council_id gap residents unreached nearest_place_id nearest_place_name nearest_place_walk_m nearest_place_climb_m nearest_place_steps why",
    "candidates": "candidate_id plan_id rank action frequency venue_name kind newly_reached coverage_after_pct overlap_pct cost_max_yen reasons status",
    "reach": "place_id frequency walk_limit_m",
    "edits": "edit_id kind name valid_from valid_to",
    "indicators": "layer area_id area_name indicator label kind value low high respondents median rank_by_value",
    "milestones": "layer area_id area_name kind stage since planned_stage planned said",
    "plans": "plan_id candidate_id rank action frequency venue_name newly_reached",
}


def items(client: TestClient, collection: str, **query: object) -> dict:
    answer = client.get(f"/collections/{collection}/items", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def path_of(link: dict) -> str:
    parts = urlsplit(link["href"])
    return f"{parts.path}?{parts.query}"


def link_to(body: dict, rel: str) -> dict | None:
    return next((link for link in body["links"] if link["rel"] == rel), None)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_promised_name_is_there(client: TestClient, collection: str) -> None:
    feature = items(client, collection, limit=1)["features"][0]

    assert set(NAMES[collection].split()) <= set(feature["properties"])


@pytest.mark.parametrize("limit", [7, 50, 539, 540])
def test_pages_hold_every_feature_exactly_once(client: TestClient, limit: int) -> None:
    # 3 layers of 1 + 2 + 4 areas, each with a remainder row: 10; 3 age groups, 3 frequencies;
    # 3 limits (300 m, 500 m, 10 min) for each of 2 walking profiles.
    expected = 10 * 3 * 3 * 3 * 2
    body = items(client, "coverage_table", limit=limit)
    ids = [feature["id"] for feature in body["features"]]
    while following := link_to(body, "next"):
        body = client.get(path_of(following)).json()
        ids += [feature["id"] for feature in body["features"]]

    assert expected == len(ids) == len(set(ids)) == body["numberMatched"]


def test_the_links_lead_back_to_the_first_page(client: TestClient) -> None:
    first = items(client, "coverage_table", limit=7, layer="neighbourhood")
    second = client.get(path_of(link_to(first, "next"))).json()
    back = client.get(path_of(link_to(second, "prev"))).json()

    assert link_to(first, "prev") is None
    assert first["features"] == back["features"]
    assert link_to(second, "self")["type"] == "application/geo+json"


def test_an_offset_beyond_the_end_gives_an_empty_page(client: TestClient) -> None:
    body = items(client, "places", offset=99)

    assert body["features"] == []
    assert (body["numberMatched"], body["numberReturned"]) == (4, 0)
    assert link_to(body, "next") is None


def test_filters_keep_what_equals_all_of_them(client: TestClient) -> None:
    query = {"layer": "neighbourhood", "frequency": "weekly", "age_group": "65+"}
    body = items(client, "coverage", **query, walk_limit_m=500, profile="slow")

    # 4 neighbourhoods and a remainder.
    assert body["numberMatched"] == 5
    assert {500.0} == {feature["properties"]["walk_limit_m"] for feature in body["features"]}


QUESTIONS = [
    ({}, ("weekly", "65+", 500.0, None, "standard")),
    ({"frequency": "monthly"}, ("monthly", "65+", 500.0, None, "standard")),
    ({"age_group": "75+", "profile": "slow"}, ("weekly", "75+", 500.0, None, "slow")),
    ({"walk_limit_m": 300}, ("weekly", "65+", 300.0, None, "standard")),
    ({"walk_limit_min": 10}, ("weekly", "65+", None, 10.0, "standard")),
    ({"walk_limit_min": ""}, ("weekly", "65+", 500.0, None, "standard")),
    ({"walk_limit_m": "", "walk_limit_min": 10}, ("weekly", "65+", None, 10.0, "standard")),
]


@pytest.mark.parametrize(("asked", "question"), QUESTIONS)
def test_coverage_is_one_feature_an_area_for_one_question(
    client: TestClient, asked: dict, question: tuple
) -> None:
    features = items(client, "coverage", **asked)["features"]
    names = ("frequency", "age_group", "walk_limit_m", "walk_limit_min", "profile")
    told = {tuple(feature["properties"][name] for name in names) for feature in features}
    areas = {(one["properties"]["layer"], one["properties"]["area_id"]) for one in features}

    assert told == {question}
    # 1 + 2 + 4 areas of 3 layers, each with a remainder.
    assert len(features) == len(areas) == 10


def test_the_table_answers_what_the_layer_does(client: TestClient) -> None:
    question = {"frequency": "monthly", "age_group": "75+", "walk_limit_m": 300, "profile": "slow"}
    layer = items(client, "coverage", **question)["features"]
    table = items(client, "coverage_table", **question)["features"]

    assert {one["id"]: one["properties"] for one in layer} == {
        one["id"]: one["properties"] for one in table
    }
    assert {one["geometry"] for one in table} == {None}
    assert "extent" not in client.get("/collections/coverage_table").json()


@pytest.mark.parametrize("written", ["500", "500.0", "5e2"])
def test_numbers_are_compared_as_numbers(client: TestClient, written: str) -> None:
    # 10 areas, 3 age groups, 3 frequencies, 2 profiles.
    assert items(client, "coverage_table", walk_limit_m=written)["numberMatched"] == 180


def test_a_limit_is_asked_for_in_metres_or_in_minutes(client: TestClient) -> None:
    query = {"layer": "city", "frequency": "weekly", "age_group": "65+", "remainder": "false"}
    rows = [
        items(client, "coverage_table", **query, **limit)["features"]
        for limit in ({"walk_limit_m": 500}, {"walk_limit_min": 10}, {"walk_limit_min": ""})
    ]
    limits = [
        {(f["properties"]["walk_limit_m"], f["properties"]["walk_limit_min"]) for f in found}
        for found in rows
    ]

    assert limits == [{(500.0, None)}, {(None, 10.0)}, {(300.0, None), (500.0, None)}]
    # As many within the same metres; half as many of the slow within the same minutes.
    reached = [
        {f["properties"]["profile"]: f["properties"]["reached"] for f in r} for r in rows[:2]
    ]
    assert reached == [{"standard": 520.0, "slow": 520.0}, {"standard": 520.0, "slow": 260.0}]


def test_a_plus_typed_into_the_address_is_understood(client: TestClient) -> None:
    typed = client.get("/collections/coverage_table/items?age_group=65+&limit=1").json()

    # 10 areas, 3 frequencies, 3 limits, 2 profiles.
    assert typed["numberMatched"] == 180


def test_a_filter_given_twice_accepts_either_value(client: TestClient) -> None:
    answer = client.get("/collections/gaps/items?gap=none&gap=monthly_only").json()

    assert {"none", "monthly_only"} == {f["properties"]["gap"] for f in answer["features"]}


def test_truth_is_written_as_in_json(client: TestClient) -> None:
    assert items(client, "places", blurred="true")["numberMatched"] == 1


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ({"colour": "red"}, "it has layer, area_id, area_name"),
        ({"walk_limit_m": "far"}, "walk_limit_m='far' is not a number"),
        ({"remainder": "maybe"}, "is not a boolean"),
        ({"limit": 0}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"offset": -1}, "offset"),
        ({"skipGeometry": "perhaps"}, "skipGeometry"),
        ({"sort": "residents"}, "no property 'sort'"),
        ({"properties": "residents,height"}, "no property 'height'"),
        ({"datetime": "2024-13-01"}, "2024-04-01"),
        ({"datetime": "2025-04-01/2024-04-01"}, "ends before it begins"),
        ({"datetime": "yesterday"}, "is no time"),
        ({"crs": "EPSG:4326"}, "CRS84"),
        ({"bbox-crs": "x"}, "bbox-crs='x'"),
        ({"filter-lang": "ecql"}, "filter-lang"),
        ({"f": "xml"}, "f:"),
        ({"lang": "fr"}, "lang"),
    ],
)
def test_a_bad_parameter_is_named(client: TestClient, query: dict, match: str) -> None:
    answer = client.get("/collections/coverage/items", params=query)

    assert answer.status_code == 400
    assert {"code", "detail", "detail_ja"} <= set(answer.json())
    assert match in answer.json()["detail"]


BAD_BOXES = (
    "",
    "1,2,3",
    "1,2,a,4",
    "1,2,3,4,5",
    "nan,0,1,1",
    "0,0,inf,1",
    "0,2,1,1",
    "1;2;3;4",
)


@pytest.mark.parametrize("bbox", BAD_BOXES)
def test_every_text_that_is_not_a_box_is_refused(client: TestClient, bbox: str) -> None:
    answer = client.get("/collections/areas/items", params={"bbox": bbox})

    assert answer.status_code == 400
    assert "west,south,east,north" in answer.json()["detail"]


def test_a_box_keeps_what_touches_it(client: TestClient) -> None:
    # p1 stands 250 m east and north of the town's corner: in the west half, so not in the east one.
    west, south, east, north = client.get("/collections/areas").json()["extent"]["spatial"]["bbox"][
        0
    ]
    middle = (west + east) / 2
    left = items(client, "places", bbox=f"{west},{south},{middle},{north}")
    right = items(client, "places", bbox=f"{middle},{south},{east},{north}")

    assert {"p1", "p2", "p3"} == {feature["id"] for feature in left["features"]}
    assert right["features"] == []


def test_heights_in_a_box_are_not_looked_at(client: TestClient) -> None:
    west, south, east, north = client.get("/collections/areas").json()["extent"]["spatial"]["bbox"][
        0
    ]
    body = items(client, "candidates", bbox=f"{west},{south},-10,{east},{north},9000")

    assert body["numberMatched"] == 2


def test_what_has_no_geometry_is_in_no_box_but_in_the_collection(client: TestClient) -> None:
    world = items(client, "places", bbox="-180,-90,180,90")
    unlocated = items(client, "places", place_id="p4")["features"][0]

    assert "p4" not in {feature["id"] for feature in world["features"]}
    assert unlocated["geometry"] is None


def test_the_remainder_of_a_layer_has_no_geometry(client: TestClient) -> None:
    body = items(client, "coverage", remainder="true", limit=500)

    assert body["features"]
    assert all(feature["geometry"] is None for feature in body["features"])


def test_geometry_can_be_left_out(client: TestClient) -> None:
    body = items(client, "areas", skipGeometry="true")

    assert {None} == {feature["geometry"] for feature in body["features"]}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_answers_are_geojson_in_degrees(client: TestClient, collection: str) -> None:
    answer = client.get(f"/collections/{collection}/items", params={"limit": 1000})

    assert answer.headers["content-type"].startswith("application/geo+json")
    body = json.loads(answer.text, parse_constant=pytest.fail)
    assert body["type"] == "FeatureCollection"
    assert "crs" not in body
    for feature in body["features"]:
        assert {"type", "id", "geometry", "properties"} == set(feature)
        if feature["geometry"] is None:
            continue
        shape = shapely.geometry.shape(feature["geometry"])
        assert shapely.is_valid(shape)
        # 見本: the north-east of Chiba in the plane zone IX; longitude comes first.
        assert 139 < shape.centroid.x < 141
        assert 35 < shape.centroid.y < 37
        for polygon in shapely.get_parts(shape):
            if polygon.geom_type == "Polygon":
                assert polygon.exterior.is_ccw
        assert all(round(value, 6) == value for value in shapely.get_coordinates(shape).ravel())


def test_missing_figures_are_null(client: TestClient) -> None:
    body = items(client, "coverage", remainder="true", limit=1)

    assert body["features"][0]["properties"]["coverage_pct"] is None


def test_a_page_says_when_and_from_what_it_was_made(client: TestClient) -> None:
    body = items(client, "gaps", limit=1)

    assert body["timeStamp"].endswith("Z")
    assert body["provenance"]["parameters_sha256"] == "ab" * 32
    assert "CC0-1.0" in body["provenance"]["credits"][0]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_feature_can_be_asked_for_by_its_id(client: TestClient, collection: str) -> None:
    for feature in items(client, collection, limit=20)["features"]:
        answer = client.get(f"/collections/{collection}/items/{feature['id']}")

        assert answer.status_code == 200
        found = answer.json()
        assert {link["rel"] for link in found.pop("links")} == {"self", "alternate", "collection"}
        assert feature == found


@pytest.mark.parametrize(
    "path",
    [
        "/collections/cafes",
        "/collections/cafes/items",
        "/collections/places/items/p99",
        "/nowhere",
        "/assets/no.js",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "NotFoundError"
    assert answer.json()["detail_ja"]


def test_the_reach_of_a_place_and_of_all_of_a_class(client: TestClient) -> None:
    place = items(client, "reach", place_id="p1")["features"][0]
    everybody = items(client, "reach", place_id="", frequency="weekly")["features"][0]
    nowhere = items(client, "reach", frequency="permanent")["features"][0]

    assert place["properties"] == {
        "place_id": "p1",
        "frequency": "weekly",
        "walk_limit_m": 500.0,
        "walk_limit_min": None,
        "profile": "standard",
    }
    assert everybody["id"] == "_all:weekly:500:standard"
    assert everybody["geometry"] == place["geometry"]
    assert nowhere["geometry"] is None


def test_collections_describe_themselves(client: TestClient) -> None:
    body = client.get("/collections").json()

    assert {*COLLECTIONS, "indicators", "milestones", "plans"} == {
        collection["id"] for collection in body["collections"]
    }
    for collection in body["collections"]:
        assert set(NAMES[collection["id"]].split()) <= set(collection["properties"])
        assert "items" in {link["rel"] for link in collection["links"]}
        assert client.get(path_of(link_to(collection, "items"))).status_code == 200


def test_features_are_sorted_by_a_property_and_those_without_it_come_last(
    client: TestClient,
) -> None:
    for by, greatest_first in (("rank_by_rate", False), ("-unreached", True)):
        found = items(client, "gaps", sortby=by)["features"]
        values = [feature["properties"][by.removeprefix("-")] for feature in found]
        known = [value for value in values if value is not None]
        assert len(known) >= 2
        assert values == sorted(known, reverse=greatest_first) + [None] * (len(values) - len(known))


def test_what_cannot_be_sorted_by_is_named(client: TestClient) -> None:
    answer = client.get("/collections/gaps/items", params={"sortby": "height"})
    assert answer.status_code == 400
    assert "height" in answer.text


def test_sorted_pages_hold_every_feature_exactly_once(client: TestClient) -> None:
    body = items(client, "gaps", sortby="gap", limit=1)
    ids = [feature["id"] for feature in body["features"]]
    while following := link_to(body, "next"):
        body = client.get(path_of(following)).json()
        ids += [feature["id"] for feature in body["features"]]
    assert len(ids) == len(set(ids)) == body["numberMatched"]


def test_a_page_tells_what_its_features_cover(client: TestClient) -> None:
    page = client.get("/collections/gaps/items?area_id=a&area_id=d").json()
    shapes = [shapely.geometry.shape(one["geometry"]) for one in page["features"]]
    assert page["bbox"] == list(shapely.total_bounds(shapes))
    one = client.get("/collections/gaps/items?limit=1").json()
    assert one["bbox"] == list(shapely.geometry.shape(one["features"][0]["geometry"]).bounds)
    for without in (
        "coverage_table/items?limit=1",
        "gaps/items?skipGeometry=true",
        "gaps/items?gap=none&gap=none&limit=1&offset=1",
        # RFC 7946 knows degrees alone.
        "gaps/items?crs=http://www.opengis.net/def/crs/EPSG/0/6677",
    ):
        assert "bbox" not in client.get(f"/collections/{without}").json(), without
