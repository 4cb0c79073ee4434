"""
The abstract tests of OGC API – Features and of OGC API – Tiles, one by one, under the names that OGC gives them.

`api/conformance.py` names them; a name without a test here fails, and so does a test without a name. Expected
values are those of the town of tests/snapshots.py, or follow from the standard.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pyogrio
import pyogrio.errors
import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV30SpecValidator

from api.conformance import CLASSES, declared

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
NAMES = [name for one in CLASSES for name in one.tests]
MISSING = "this_is_not_a_queryable"

Test = Callable[["Service"], None]
TESTS: dict[str, Test] = {}


def abstract(*names: str) -> Callable[[Test], Test]:
    def keep(test: Test) -> Test:
        TESTS.update(dict.fromkeys(names, test))
        return test

    return keep


@dataclass(frozen=True)
class Service:
    """A client that asks for what it is told, and takes what a link says."""

    client: TestClient

    def get(self, path: str, code: int = 200, /, accept: str = "*/*", **query: object) -> Any:
        answer = self.client.get(path, params=query or None, headers={"accept": accept})
        assert answer.status_code == code, (path, query, answer.text[:300])
        return answer

    def json(self, path: str, /, **query: object) -> Any:
        return self.get(path, **query).json()

    def follow(self, link: dict[str, Any]) -> Any:
        parts = urlsplit(link["href"])
        return self.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    @property
    def collections(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("/collections")["collections"]
        return found

    @property
    def with_features(self) -> list[dict[str, Any]]:
        return [one for one in self.collections if one["id"] != "plans"]  # the town has no plan

    @property
    def with_shapes(self) -> list[dict[str, Any]]:
        return [one for one in self.with_features if one["id"] != "coverage_table"]

    def items(self, collection: str, /, **query: object) -> dict[str, Any]:
        found: dict[str, Any] = self.json(f"/collections/{collection}/items", **query)
        return found

    def ids(self, collection: str, /, **query: object) -> list[str]:
        return [one["id"] for one in self.items(collection, limit=10_000, **query)["features"]]

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json("/openapi.json", lang="en")
        return found

    def parameters(self, path: str) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.document()["paths"][path]["get"]["parameters"]}


def links(body: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [link for link in body["links"] if link["rel"] == rel]


@pytest.fixture
def service(client: TestClient) -> Service:
    return Service(client)


@pytest.mark.parametrize("name", NAMES)
def test_abstract(service: Service, name: str) -> None:
    TESTS[name](service)


def test_the_two_lists_are_one() -> None:
    assert sorted(TESTS) == sorted(NAMES)


def test_a_class_whose_route_is_not_mounted_is_not_declared() -> None:
    routes = {path for one in CLASSES for path in one.paths}
    assert declared(routes) == [one.uri for one in CLASSES]
    without = declared(routes - {"/collections/{collection_id}/queryables"})
    assert all("-3/" not in uri and "cql2" not in uri for uri in without)
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in without


# --- Part 1, core


@abstract("core/http")
def http(service: Service) -> None:
    for path in ("/", "/conformance", "/collections", "/collections/areas/items"):
        answer = service.client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == service.get(path).headers["content-type"]
    assert service.get("/collections/none", 404).json()["detail"]
    assert service.client.post("/collections").status_code == 405


@abstract("core/crs84")
def crs84(service: Service) -> None:
    for one in service.with_features:
        for feature in service.items(one["id"], limit=20)["features"]:
            if feature["geometry"]:
                west, south, east, north = shapely.geometry.shape(feature["geometry"]).bounds
                assert 139 < west <= east < 141
                assert 35 < south <= north < 37


@abstract("core/root-op", "core/root-success")
def root(service: Service) -> None:
    body = service.get("/").json()
    for rel in ("service-desc", "service-doc", "conformance", "data", "self", "alternate"):
        assert links(body, rel), rel
        for link in links(body, rel):
            assert service.follow(link).headers["content-type"].startswith(link["type"][:16])


@abstract("core/api-definition-op", "core/api-definition-success")
def api_definition(service: Service) -> None:
    (link,) = links(service.json("/"), "service-desc")
    answer = service.follow(link)
    assert answer.headers["content-type"] == link["type"]
    assert answer.json()["openapi"].startswith("3.0")


@abstract("core/conformance-op", "core/conformance-success")
def conformance(service: Service) -> None:
    assert service.json("/conformance")["conformsTo"] == [one.uri for one in CLASSES]


@abstract("core/query-param-unknown")
def unknown_parameter(service: Service) -> None:
    for path in ("/", "/conformance", "/collections", "/collections/areas"):
        service.get(path, 400, colour="red")
    for one in service.collections:
        service.get(f"/collections/{one['id']}/items", 400, colour="red")


@abstract("core/query-param-invalid")
def invalid_parameter(service: Service) -> None:
    for wrong in ({"limit": "x"}, {"limit": 0}, {"bbox": "1,2"}, {"datetime": "now"}, {"f": "x"}):
        for one in service.collections:
            answer = service.get(f"/collections/{one['id']}/items", 400, **wrong)
            assert next(iter(wrong)) in answer.json()["detail"] or "no time" in answer.text


@abstract("core/fc-md-op", "core/fc-md-success")
def collections(service: Service) -> None:
    body = service.json("/collections")
    assert [one["id"] for one in body["collections"]] == [
        *("areas", "coverage", "gaps", "milestones", "indicators", "coverage_table"),
        *("places", "candidates", "reach", "edits", "plans"),
    ]


@abstract("core/fc-md-links")
def collections_links(service: Service) -> None:
    body = service.json("/collections")
    assert links(body, "self")
    assert {link["type"] for link in links(body, "alternate")} == {"text/html"}
    for link in body["links"]:
        service.follow(link)


@abstract("core/fc-md-items")
def collections_items(service: Service) -> None:
    for one in service.collections:
        assert one["id"]
        assert one["title"]


@abstract("core/fc-md-items-links")
def collections_items_links(service: Service) -> None:
    for one in service.collections:
        found = {link["type"]: link for link in links(one, "items")}
        assert set(found) == {"application/geo+json", "text/html"}
        for media_type, link in found.items():
            assert service.follow(link).headers["content-type"].startswith(media_type)


@abstract("core/fc-md-extent")
def extent(service: Service) -> None:
    for one in service.with_shapes:
        (box,) = one["extent"]["spatial"]["bbox"]
        inside = shapely.box(*box).buffer(1e-6)
        for feature in service.items(one["id"])["features"]:
            if feature["geometry"]:
                assert inside.covers(shapely.geometry.shape(feature["geometry"]))
    (interval,) = next(one for one in service.collections if one["id"] == "places")["extent"][
        "temporal"
    ]["interval"]
    assert interval == ["2019-05-01T00:00:00+09:00", None]


@abstract("core/sfc-md-op", "core/sfc-md-success")
def one_collection(service: Service) -> None:
    for one in service.collections:
        alone = service.json(f"/collections/{one['id']}")
        assert {k: alone[k] for k in alone if k != "links"} == {
            k: one[k] for k in one if k != "links"
        }
        assert links(alone, "self")
        assert links(alone, "alternate")


@abstract("core/fc-op", "core/fc-response")
def features(service: Service) -> None:
    for one in service.collections:
        answer = service.get(f"/collections/{one['id']}/items")
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.json()["type"] == "FeatureCollection"
        assert {each["type"] for each in answer.json()["features"]} <= {"Feature"}


@abstract("core/fc-links")
def features_links(service: Service) -> None:
    for one in service.with_features:
        seen: list[str] = []
        body = service.items(one["id"], limit=3)
        while True:
            assert links(body, "self")
            assert links(body, "alternate")
            assert links(body, "collection")
            seen += [each["id"] for each in body["features"]]
            following = links(body, "next")
            if not following:
                break
            body = service.follow(following[0]).json()
            if len(seen) > 60:  # the longest has 540
                break
        assert len(seen) == len(set(seen))
        assert len(seen) > 60 or len(seen) == body["numberMatched"]


@abstract("core/fc-limit-definition")
def limit_definition(service: Service) -> None:
    for one in service.collections:
        limit = service.parameters(f"/collections/{one['id']}/items")["limit"]
        schema = limit["schema"]
        assert (limit["in"], limit["required"], limit["style"], limit["explode"]) == (
            *("query", False, "form"),
            False,
        )
        assert (schema["type"], schema["minimum"]) == ("integer", 1)
        assert (schema["default"], schema["maximum"]) == (1000, 10_000)


@abstract("core/fc-limit-response")
def limit_response(service: Service) -> None:
    for one in service.with_features:
        body = service.items(one["id"], limit=2)
        assert len(body["features"]) == min(2, body["numberMatched"])
    # 540 rows: all of them within the default, and within what is more than the maximum.
    assert len(service.items("coverage_table")["features"]) == 540
    assert len(service.items("coverage_table", limit=10_001)["features"]) == 540


@abstract("core/fc-bbox-definition")
def bbox_definition(service: Service) -> None:
    for one in service.collections:
        bbox = service.parameters(f"/collections/{one['id']}/items")["bbox"]
        assert (bbox["in"], bbox["required"], bbox["style"], bbox["explode"]) == (
            *("query", False, "form"),
            False,
        )
        assert bbox["schema"] == {
            "type": "array",
            "minItems": 4,
            "maxItems": 6,
            "items": {"type": "number"},
        }


@abstract("core/fc-bbox-response")
def bbox_response(service: Service) -> None:
    # p1 stands 250 m east and 250 m north of the corner of a town of 1,000 m, p2 250 m east, 750 m north.
    (box,) = service.json("/collections/areas")["extent"]["spatial"]["bbox"]
    west, south, east, north = box
    middle = (south + north) / 2
    assert "p1" in service.ids("places", bbox=f"{west},{south},{east},{middle}")
    assert "p1" not in service.ids("places", bbox=f"{west},{middle},{east},{north}")
    # A box whose west lies east of its east goes round the world by the antimeridian.
    assert service.ids("places", bbox=f"{east},{south},{west},{north}") == []
    assert "p1" in service.ids("places", bbox=f"170,{south},{east},{north}")


@abstract("core/fc-time-definition")
def time_definition(service: Service) -> None:
    for one in service.collections:
        found = service.parameters(f"/collections/{one['id']}/items")["datetime"]
        assert found["schema"]["type"] == "string"
        assert (found["in"], found["required"], found["style"], found["explode"]) == (
            *("query", False, "form"),
            False,
        )


@abstract("core/fc-time-response")
def time_response(service: Service) -> None:
    # Every place opened on 2019-05-01 and none is known to have closed.
    every = service.ids("places")
    for asked in (
        *("2019-05-01", "2019-05-01T00:00:00+09:00", "2019-04-01/2020-03-31", "2019-05-01/.."),
        *("../2019-05-01", "/2019-05-01", "2025-01-01T00:00:00Z", "../.."),
    ):
        assert service.ids("places", datetime=asked) == every, asked
    # The last instant before, written in two zones.
    for asked in ("../2019-04-30", "2019-04-30T14:59:59Z", "2019-04-30T23:59:59+09:00"):
        assert service.ids("places", datetime=asked) == [], asked
    # What has no time is not asked about it.
    assert service.ids("areas", datetime="1900-01-01") == service.ids("areas")


@abstract("core/fc-timeStamp")
def time_stamp(service: Service) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    stamp = datetime.fromisoformat(service.items("gaps")["timeStamp"])
    assert before <= stamp <= datetime.now(UTC)


@abstract("core/fc-numberMatched")
def number_matched(service: Service) -> None:
    for one in service.with_features:
        assert service.items(one["id"], limit=1)["numberMatched"] == len(service.ids(one["id"]))


@abstract("core/fc-numberReturned")
def number_returned(service: Service) -> None:
    for one in service.collections:
        body = service.items(one["id"], limit=3)
        assert body["numberReturned"] == len(body["features"])


@abstract("core/f-op", "core/f-success")
def feature(service: Service) -> None:
    for one in service.with_features:
        for each in service.items(one["id"], limit=3)["features"]:
            answer = service.get(f"/collections/{one['id']}/items/{each['id']}")
            assert answer.headers["content-type"] == "application/geo+json"
            assert answer.json()["id"] == each["id"]


@abstract("core/f-links")
def feature_links(service: Service) -> None:
    body = service.json("/collections/places/items/p1")
    for rel in ("self", "alternate", "collection"):
        (link,) = links(body, rel)
        assert service.follow(link).headers["content-type"].startswith(link["type"])


# --- Part 1, encodings and the description


@abstract("geojson/definition", "geojson/content")
def geojson(service: Service) -> None:
    answer = service.get("/collections/areas/items", accept="application/geo+json")
    body = json.loads(answer.text, parse_constant=pytest.fail)
    for each in body["features"]:
        assert set(each) == {"type", "id", "geometry", "properties"}
        assert each["geometry"] is None or shapely.is_valid(
            shapely.geometry.shape(each["geometry"])
        )


@abstract("html/definition", "html/content")
def html(service: Service) -> None:
    for path in (
        *("/", "/conformance", "/collections", "/collections/places"),
        *("/collections/places/items", "/collections/places/items/p1"),
    ):
        by_accept = service.get(path, accept="text/html,application/xhtml+xml,*/*;q=0.8")
        by_parameter = service.get(path, f="html")
        for answer in (by_accept, by_parameter):
            assert answer.headers["content-type"].startswith("text/html")
            assert answer.text.startswith("<!doctype html>")
        assert service.get(path, accept="text/html", f="json").json()
    page = service.get("/collections/places/items", f="html", lang="en").text
    assert "中央ふれあいの家" in page
    assert 'href="/collections/places/items/p1?f=html&amp;lang=en"' in page


@abstract("oas30/definition-1", "oas30/definition-2", "oas30/oas-impl")
def description(service: Service) -> None:
    for lang in ("ja", "en"):
        answer = service.get("/openapi.json", lang=lang)
        assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
        OpenAPIV30SpecValidator(answer.json()).validate()
    assert "html" in service.get("/docs").headers["content-type"]


@abstract("oas30/completeness")
def description_is_complete(service: Service) -> None:
    paths = service.document()["paths"]
    for path, operations in paths.items():
        for method, one in operations.items():
            assert {"200", "201", "202", "204", "302"} & set(one["responses"]), (method, path)
            named = set(re.findall(r"{(\w+)}", path))
            told = {each["name"] for each in one.get("parameters", []) if each["in"] == "path"}
            assert named == told, path
    for one in service.collections:
        of_items = set(service.parameters(f"/collections/{one['id']}/items"))
        assert set(one["properties"]) <= of_items
        assert {"filter", "filter-lang", "filter-crs", "crs", "bbox-crs", "sortby"} <= of_items


@abstract("oas30/exception-codes")
def exceptions(service: Service) -> None:
    paths = service.document()["paths"]
    for one in service.collections:
        told = paths[f"/collections/{one['id']}/items"]["get"]["responses"]
        assert {"200", "304", "400", "404", "410"} <= set(told)
        assert "422" not in told


@abstract("oas30/security")
def security(service: Service) -> None:
    # Nothing that is described here asks for a key.
    assert "security" not in service.document()


# --- Part 2


@abstract("crs/crs-uri")
def crs_uri(service: Service) -> None:
    whole = service.json("/collections")["crs"]
    for one in service.collections:
        assert one["crs"] == whole
        assert {CRS84, f"{EPSG}4326", f"{EPSG}6668", f"{EPSG}6677"} <= set(one["crs"])
        assert {f"{EPSG}{code}" for code in range(6669, 6688)} <= set(one["crs"])


@abstract("crs/default-crs", "crs/crs-parameter-default")
def default_crs(service: Service) -> None:
    for one in service.collections:
        assert one["crs"][0] == CRS84
        answer = service.get(f"/collections/{one['id']}/items", limit=1)
        assert answer.headers["content-crs"] == f"<{CRS84}>"


@abstract("crs/storageCrs")
def storage_crs(service: Service) -> None:
    for one in service.collections:
        assert one["storageCrs"] in one["crs"]
        assert one["storageCrs"] == f"{EPSG}6677"


@abstract("crs/crs-parameter")
def crs_parameter(service: Service) -> None:
    for uri in service.json("/collections")["crs"]:
        for path in ("/collections/places/items", "/collections/places/items/p1"):
            assert service.get(path, crs=uri).headers["content-crs"] == f"<{uri}>"


@abstract("crs/crs-parameter-invalid")
def crs_invalid(service: Service) -> None:
    for path in ("/collections/places/items", "/collections/places/items/p1"):
        for uri in ("EPSG:4326", f"{EPSG}3857", f"{EPSG}0", ""):
            service.get(path, 400, crs=uri)


@abstract("crs/crs-parameter-transform")
def crs_transform(service: Service) -> None:
    def point(uri: str) -> tuple[float, float]:
        found = service.json("/collections/places/items/p1", crs=uri)["geometry"]["coordinates"]
        return found[0], found[1]

    lon, lat = point(CRS84)
    assert point(f"{EPSG}4326") == point(f"{EPSG}6668") == (lat, lon)
    for code in (6669, 6677, 6687):
        # A bare transformer takes and gives the axes of the authority: latitude and north first.
        north, east = pyproj.Transformer.from_crs(6668, code).transform(lat, lon)
        assert point(f"{EPSG}{code}") == pytest.approx((north, east), abs=0.15)  # 6 decimals of 1°


@abstract("crs/bbox-crs-parameter")
def bbox_crs(service: Service) -> None:
    (box,) = service.json("/collections/places")["extent"]["spatial"]["bbox"]
    west, south, east, north = box
    wanted = service.ids("places", bbox=",".join(map(str, box)))
    assert len(wanted) == 3
    swapped = f"{south},{west},{north},{east}"
    assert service.ids("places", **{"bbox": swapped, "bbox-crs": f"{EPSG}6668"}) == wanted
    to_plane = pyproj.Transformer.from_crs(6668, 6677)
    low, high = to_plane.transform(south, west), to_plane.transform(north, east)
    plane = f"{low[0] - 1},{low[1] - 1},{high[0] + 1},{high[1] + 1}"
    assert service.ids("places", **{"bbox": plane, "bbox-crs": f"{EPSG}6677"}) == wanted
    # The crs of the answer says nothing of that of the box.
    assert service.ids("places", bbox=",".join(map(str, box)), crs=f"{EPSG}6677") == wanted


@abstract("crs/bbox-crs-parameter-default")
def bbox_crs_default(service: Service) -> None:
    (box,) = service.json("/collections/places")["extent"]["spatial"]["bbox"]
    text = ",".join(map(str, box))
    assert service.ids("places", bbox=text) == service.ids(
        "places", **{"bbox": text, "bbox-crs": CRS84}
    )


@abstract("crs/bbox-crs-parameter-invalid")
def bbox_crs_invalid(service: Service) -> None:
    service.get("/collections/places/items", 400, **{"bbox": "1,1,2,2", "bbox-crs": "EPSG:1"})


# --- Part 3


@abstract(
    *("queryables/get-conformance", "queryables-query-parameters/get-conformance"),
    *("filter/get-conformance", "features-filter/get-conformance"),
)
def part_3(service: Service) -> None:
    told = service.json("/conformance")["conformsTo"]
    for name in ("queryables", "queryables-query-parameters", "filter", "features-filter"):
        assert f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}" in told


@abstract("queryables/get-queryables-uris")
def queryables_uris(service: Service) -> None:
    for one in service.collections:
        header = service.client.head(f"/collections/{one['id']}/items").headers["link"]
        address = f"http://testserver/collections/{one['id']}/queryables"
        assert f'<{address}>; rel="{QUERYABLES}"' in header


@abstract("queryables/get-queryables")
def queryables(service: Service) -> None:
    for one in service.collections:
        (link,) = links(one, QUERYABLES)
        answer = service.follow(link)
        body = answer.json()
        assert answer.headers["content-type"] == "application/schema+json"
        assert body["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert (body["$id"], body["type"]) == (link["href"], "object")
        assert body["additionalProperties"] is False
        shape = set() if one["id"] == "coverage_table" else {"geometry"}
        assert set(body["properties"]) == shape | set(one["properties"])
        for told in body["properties"].values():
            assert "type" in told or told["format"].startswith("geometry-")


@abstract("queryables-query-parameters/query-param")
def query_parameters(service: Service) -> None:
    for one in service.with_features:
        first = service.items(one["id"], limit=1)["features"][0]["properties"]
        for name, kind in one["properties"].items():
            value = first[name]
            if value is None or value == "":
                continue
            typed = json.dumps(value) if kind != "string" else value
            found = service.items(one["id"], limit=10_000, **{name: typed})["features"]
            assert found
            assert {each["properties"][name] for each in found} == {value}
            if kind != "string":
                service.get(f"/collections/{one['id']}/items", 400, **{name: "[invalid]"})


@abstract("filter/filter-param", "filter/filter-lang-default")
def filter_parameter(service: Service) -> None:
    for one in service.collections:
        name = next(iter(one["properties"]))
        path = f"/collections/{one['id']}/items"
        every = service.items(one["id"])["numberMatched"]
        for lang in ({}, {"filter-lang": "cql2-text"}):
            none = service.items(one["id"], filter=f"{name} IS NULL", **lang)
            known = service.items(one["id"], filter=f"{name} IS NOT NULL", **lang)
            assert (none["numberMatched"], known["numberMatched"]) == (0, every)
            service.get(path, 400, filter="THIS IS NOT A FILTER", **lang)
        told = json.dumps({"op": "isNull", "args": [{"property": name}]})
        found = service.items(one["id"], **{"filter": told, "filter-lang": "cql2-json"})
        assert found["numberMatched"] == 0
        service.get(path, 400, **{"filter": told, "filter-lang": "cql"})


@abstract("filter/expression-construction")
def unknown_queryable(service: Service) -> None:
    for one in service.collections:
        answer = service.get(f"/collections/{one['id']}/items", 400, filter=f"{MISSING} IS NULL")
        assert MISSING in answer.json()["detail"]
        assert next(iter(one["properties"])) in answer.json()["detail"]


@abstract("filter/filter-crs-wgs84")
def filter_in_degrees(service: Service) -> None:
    for one in service.with_shapes:
        (box,) = one["extent"]["spatial"]["bbox"]
        whole = f"S_INTERSECTS(geometry,BBOX({','.join(map(str, box))}))"
        located = service.ids(one["id"], filter="geometry IS NOT NULL")
        assert service.ids(one["id"], filter=whole) == located
        far = "S_INTERSECTS(geometry,BBOX(1000000,1000000,2000000,2000000))"
        service.get(f"/collections/{one['id']}/items", 400, filter=far)


@abstract("filter/filter-crs-param")
def filter_crs(service: Service) -> None:
    lon, lat = service.json("/collections/places/items/p1")["geometry"]["coordinates"]
    for code in (4326, 6668, 6677):
        first, second = pyproj.Transformer.from_crs(6668, code).transform(lat, lon)
        near = 1e-5 if code != 6677 else 1.0
        box = f"{first - near},{second - near},{first + near},{second + near}"
        asked = {"filter": f"S_INTERSECTS(geometry,BBOX({box}))", "filter-crs": f"{EPSG}{code}"}
        assert "p1" in service.ids("places", **asked)
        assert "p2" not in service.ids("places", **asked)
    service.get("/collections/places/items", 400, **{"filter": "TRUE", "filter-crs": "x"})


@abstract("features-filter/get-collections", "features-filter/get-collection")
def filtered_collections(service: Service) -> None:
    for one in service.collections:
        assert links(service.json(f"/collections/{one['id']}"), QUERYABLES)


@abstract("features-filter/filter-on-items")
def filter_on_items(service: Service) -> None:
    found = service.items("gaps", filter="gap = 'none' OR gap = 'monthly_only'")["features"]
    assert {one["properties"]["gap"] for one in found} == {"none", "monthly_only"}


@abstract("features-filter/mixing-expression")
def mixed_filter(service: Service) -> None:
    (box,) = service.json("/collections/places")["extent"]["spatial"]["bbox"]
    asked = {"bbox": ",".join(map(str, box)), "filter": "frequency = 'weekly'"}
    assert service.ids("places", **asked) == service.ids("places", frequency="weekly")
    assert service.ids("places", **asked, frequency="monthly") == []


# --- CQL2: of the four places, the four neighbourhoods (a, b, c, d) and the edits of the town


def units(service: Service, condition: str, **asked: object) -> set[str]:
    found = service.items("gaps", filter=condition, **asked)["features"]
    return {one["properties"]["area_id"] for one in found}


@abstract("cql2/cql2-text", "cql2/basic-cql2")
def basic(service: Service) -> None:
    # Walks of 180, 520, 890 and 1,400 m.
    walk = "nearest_place_walk_m"
    assert units(service, f"{walk} < 520") == {"a"}
    assert units(service, f"{walk} <= 520") == {"a", "b"}
    assert units(service, f"{walk} > 520 AND NOT gap = 'none'") == {"d"}
    assert units(service, f"{walk} >= 1400 OR area_id = 'a'") == {"a", "d"}
    assert units(service, "area_id <> 'a'") == {"b", "c", "d"}
    assert units(service, "rank_by_rate IS NULL") == {"a"}
    # What is missing is neither above nor below.
    assert units(service, "rank_by_rate > 0 OR rank_by_rate <= 0") == {"b", "c", "d"}
    assert units(service, "NOT rank_by_rate > 1") == {"c"}
    assert units(service, "approximate = TRUE AND approximate") == {"a", "b", "c", "d"}
    assert units(service, "TRUE") == {"a", "b", "c", "d"}
    assert units(service, "FALSE") == set()


@abstract("cql2/cql2-json")
def in_json(service: Service) -> None:
    low = {"op": ">", "args": [{"property": "nearest_place_walk_m"}, 200]}
    word = {"op": "in", "args": [{"property": "area_id"}, ["a", "b"]]}
    asked = json.dumps({"op": "and", "args": [low, word]})
    assert units(service, asked, **{"filter-lang": "cql2-json"}) == {"b"}


@abstract("cql2/advanced-comparison-operators")
def advanced(service: Service) -> None:
    assert units(service, "nearest_place_walk_m BETWEEN 520 AND 890") == {"b", "c"}
    assert units(service, "area_id IN ('a', 'z', 'd')") == {"a", "d"}
    assert units(service, "area_id NOT IN ('a')") == {"b", "c", "d"}
    assert units(service, "gap LIKE 'n%'") == {"c", "d"}
    assert units(service, "gap LIKE '%_on%'") == {"b", "c"}  # monthly_only, none
    assert units(service, "gap LIKE 'non_'") == {"c"}
    assert units(service, "gap NOT LIKE '%e%'") == {"b"}


@abstract("cql2/case-insensitive-comparison")
def case_insensitive(service: Service) -> None:
    assert units(service, "CASEI(gap) = CASEI('NONE')") == {"c"}
    assert units(service, "gap = 'NONE'") == set()


@abstract("cql2/basic-spatial-functions", "cql2/basic-spatial-functions-plus")
def spatial(service: Service) -> None:
    lon, lat = service.json("/collections/places/items/p1")["geometry"]["coordinates"]
    # p1 stands in the middle of the south-western quarter.
    assert units(service, f"S_INTERSECTS(geometry, POINT({lon} {lat}))") == {"a"}
    ring = f"({lon - 1} {lat - 1},{lon + 1} {lat - 1},{lon + 1} {lat + 1},{lon - 1} {lat + 1},{lon - 1} {lat - 1})"
    for shape in (f"POLYGON({ring})", f"MULTIPOLYGON(({ring}))"):
        assert units(service, f"S_INTERSECTS(geometry, {shape})") == {"a", "b", "c", "d"}
    east = f"LINESTRING({lon} {lat},{lon + 0.006} {lat})"  # 540 m: into the next quarter
    assert len(units(service, f"S_INTERSECTS(geometry, {east})")) == 2


@abstract("cql2/spatial-functions")
def spatial_functions(service: Service) -> None:
    lon, lat = service.json("/collections/places/items/p1")["geometry"]["coordinates"]
    point = f"POINT({lon} {lat})"
    assert units(service, f"S_CONTAINS(geometry, {point})") == {"a"}
    assert units(service, f"S_WITHIN({point}, geometry)") == {"a"}
    assert units(service, f"S_DISJOINT(geometry, {point})") == {"b", "c", "d"}
    assert units(service, f"S_TOUCHES(geometry, {point})") == set()
    box = f"BBOX({lon - 1},{lat - 1},{lon + 1},{lat + 1})"
    assert units(service, f"S_WITHIN(geometry, {box})") == {"a", "b", "c", "d"}
    assert units(service, f"S_OVERLAPS(geometry, BBOX({lon},{lat},{lon + 0.001},{lat + 1}))")
    line = f"LINESTRING({lon} {lat},{lon + 1} {lat})"
    assert "a" in units(service, f"S_CROSSES({line}, geometry)")
    assert units(service, f"S_EQUALS(geometry, {point})") == set()


@abstract("cql2/temporal-functions")
def temporal(service: Service) -> None:
    def places(condition: str) -> int:
        return int(service.items("places", filter=condition)["numberMatched"])

    # Four places that opened on 2019-05-01; verified_on is 2025-04-01.
    assert places("T_AFTER(opened_on, DATE('2019-04-30'))") == 4
    assert places("T_AFTER(opened_on, DATE('2019-05-01'))") == 0
    assert places("T_BEFORE(opened_on, DATE('2019-05-02'))") == 4
    assert places("T_EQUALS(opened_on, DATE('2019-05-01'))") == 4
    assert places("T_DURING(opened_on, INTERVAL('2019-04-01','2020-03-31'))") == 4
    assert places("T_INTERSECTS(opened_on, INTERVAL('..','2019-04-30'))") == 0
    assert places("T_DISJOINT(opened_on, INTERVAL('2019-05-01','..'))") == 0
    assert places("opened_on = DATE('2019-05-01') AND verified_on > DATE('2025-03-31')") == 4
    both = "INTERVAL(opened_on, verified_on)"
    assert places(f"T_CONTAINS({both}, INTERVAL('2020-01-01','2021-01-01'))") == 4
    assert places(f"T_STARTS({both}, INTERVAL('2019-05-01','..'))") == 4
    assert places(f"T_STARTEDBY({both}, INTERVAL('2019-05-01','2020-01-01'))") == 4
    assert places(f"T_FINISHES({both}, INTERVAL('..','2025-04-01'))") == 4
    assert places(f"T_FINISHEDBY({both}, INTERVAL('2020-01-01','2025-04-01'))") == 4
    assert places(f"T_MEETS({both}, INTERVAL('2025-04-01','..'))") == 4
    assert places(f"T_METBY({both}, INTERVAL('..','2019-05-01'))") == 4
    assert places(f"T_OVERLAPS({both}, INTERVAL('2020-01-01','..'))") == 4
    assert places(f"T_OVERLAPPEDBY({both}, INTERVAL('..','2020-01-01'))") == 4


@abstract("cql2/arithmetic")
def arithmetic(service: Service) -> None:
    assert units(service, "nearest_place_walk_m / 2 + 10 = 270") == {"b"}
    assert units(service, "nearest_place_walk_m - 80 > 100 * 5") == {"c", "d"}
    # Divided by nothing there is no number: neither equal nor unequal.
    assert units(service, "residents / (residents - residents) = 0") == set()
    assert units(service, "NOT residents / (residents - residents) = 0") == set()


# --- Tiles, part 1. The town lies in the tile 14561, 6440 of zoom 14, and its neighbours.

GRID = "WebMercatorQuad"
VECTOR = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
MVT = "application/vnd.mapbox-vector-tile"
NUMBER = "{tileMatrix}/{tileRow}/{tileCol}"


def tilesets(service: Service) -> list[str]:
    """Return where the lists of tilesets are: of the dataset, and of each collection with shapes."""
    return ["/tiles", *(f"/collections/{one['id']}/tiles" for one in service.with_shapes)]


def filled(template: str, matrix: object, row: object, column: object) -> str:
    values = (("tileMatrix", matrix), ("tileRow", row), ("tileCol", column))
    for name, value in values:
        assert f"{{{name}}}" in template
        template = template.replace(f"{{{name}}}", f"{value}")
    parts = urlsplit(template)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def corners(matrix: int, row: int, column: int) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a tile of the grid in metres, from its definition."""
    half = 20037508.3427892
    side = 2 * half / 2**matrix
    west, north = column * side - half, half - row * side
    return west, north - side, west + side, north


def shapes_of(folder: Path, content: bytes, layer: str, number: tuple[int, int, int]) -> Any:
    matrix, row, column = number
    path = folder / f"{matrix}" / f"{column}" / f"{row}.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, layer=layer, CLIP="NO")


@abstract("tiles/core/conformance-success")
def tiles_conformance(service: Service) -> None:
    told = service.json("/conformance")["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core" in told


@abstract("tiles/core/tc-op", "tiles/core/tc-success")
def tile(service: Service) -> None:
    for path in tilesets(service):
        told = service.json(f"{path}/{GRID}")
        (item,) = links(told, "item")
        drawn = 0
        for limits in told["tileMatrixSetLimits"]:
            matrix = int(limits["tileMatrix"])
            row, column = limits["minTileRow"], limits["minTileCol"]
            answer = service.client.get(
                filled(item["href"], matrix, row, column), headers={"accept": MVT}
            )
            assert answer.status_code in (200, 204)
            if answer.status_code == 204:
                continue
            drawn += 1
            assert answer.headers["content-type"] == MVT
            with TemporaryDirectory() as folder:
                first = told["layers"][0]["id"]
                number = (matrix, row, column)
                try:
                    found = shapes_of(Path(folder), answer.content, first, number)
                except pyogrio.errors.DataLayerError:
                    continue  # of several layers the first may have nothing there
            west, south, east, north = corners(matrix, row, column)
            # A tile has a margin of a few per cent, so that lines go on from one to the next.
            margin = (east - west) / 8
            left, lower, right, upper = found.total_bounds
            assert west - margin <= left <= right <= east + margin
            assert south - margin <= lower <= upper <= north + margin
        assert drawn, path


@abstract(
    *("tiles/core/tc-tilematrix-definition", "tiles/core/tc-tilerow-definition"),
    "tiles/core/tc-tilecol-definition",
)
def tile_parameters(service: Service) -> None:
    for path in tilesets(service):
        told = service.parameters(f"{path}/{GRID}/{NUMBER}")
        for name, kind in (
            ("tileMatrix", "string"),
            ("tileRow", "integer"),
            ("tileCol", "integer"),
        ):
            assert told[name]["in"] == "path"
            assert told[name]["required"] is True
            assert told[name]["schema"]["type"] == kind


@abstract("tiles/core/tc-error")
def tile_error(service: Service) -> None:
    for path in tilesets(service):
        told = service.json(f"{path}/{GRID}")
        (item,) = links(told, "item")
        last = told["tileMatrixSetLimits"][-1]
        matrix = int(last["tileMatrix"])
        row, column = last["minTileRow"], last["minTileCol"]
        beyond = [
            (matrix + 1, row, column),
            (-1, 0, 0),
            (matrix, 2**matrix, column),
            (matrix, row, 2**matrix),
            (matrix, last["maxTileRow"] + 1, column),
            (matrix, row, last["maxTileCol"] + 1),
            (matrix, row - 1, column),
            (matrix, row, column - 1),
        ]
        for number in beyond:
            answer = service.client.get(filled(item["href"], *number))
            assert answer.status_code in (400, 404), number
        for row in range(last["minTileRow"], last["maxTileRow"] + 1):
            within = service.client.get(filled(item["href"], matrix, row, column))
            assert within.status_code in (200, 204)


@abstract("tiles/tileset/description")
def tileset(service: Service) -> None:
    for path in tilesets(service):
        answer = service.get(f"{path}/{GRID}", 200, "application/json")
        assert answer.headers["content-type"] == "application/json"
        told = answer.json()
        assert told["dataType"] == "vector"
        assert told["crs"] == f"{EPSG}3857"
        assert (
            told["tileMatrixSetURI"] == f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
        )
        (scheme,) = links(told, SCHEME)
        grid = service.follow(scheme).json()
        assert grid["crs"] == told["crs"]
        matrices = {one["id"]: one for one in grid["tileMatrices"]}
        for limits in told["tileMatrixSetLimits"]:
            matrix = matrices[limits["tileMatrix"]]
            assert 0 <= limits["minTileRow"] <= limits["maxTileRow"] < matrix["matrixHeight"]
            assert 0 <= limits["minTileCol"] <= limits["maxTileCol"] < matrix["matrixWidth"]
            # A pixel of 0.28 mm, as the standard has it.
            assert matrix["scaleDenominator"] == pytest.approx(matrix["cellSize"] / 0.00028)
            assert matrix["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
            assert matrix["cellSize"] * matrix["tileWidth"] * matrix[
                "matrixWidth"
            ] == pytest.approx(2 * 20037508.3427892)
        (item,) = links(told, "item")
        assert item["templated"] is True
        assert item["type"] == MVT
        filled(item["href"], 0, 0, 0)


@abstract("tiles/tilesets-list/tileset-links")
def tilesets_list(service: Service) -> None:
    for path in tilesets(service):
        answer = service.get(path, 200, "application/json")
        assert answer.headers["content-type"] == "application/json"
        (one,) = answer.json()["tilesets"]
        assert one["dataType"] == "vector"
        assert one["crs"] == f"{EPSG}3857"
        assert one["tileMatrixSetURI"].endswith(GRID)
        (itself,), (scheme,) = links(one, "self"), links(one, SCHEME)
        assert urlsplit(itself["href"]).path == f"{path}/{GRID}"
        assert service.follow(scheme).json()["id"] == GRID
        whole = service.follow(itself).json()
        assert {name: whole[name] for name in ("dataType", "crs", "tileMatrixSetURI")} == {
            name: one[name] for name in ("dataType", "crs", "tileMatrixSetURI")
        }


@abstract("tiles/dataset-tilesets/landingpage", "tiles/dataset-tilesets/operation")
def tiles_of_all(service: Service) -> None:
    (link,) = links(service.json("/"), VECTOR)
    assert urlsplit(link["href"]).path == "/tiles"
    assert service.follow(link).json()["tilesets"]


@abstract("tiles/geodata-tilesets/desc-links", "tiles/geodata-tilesets/operation")
def tiles_of_a_collection(service: Service) -> None:
    for one in service.with_shapes:
        (link,) = links(service.json(f"/collections/{one['id']}"), VECTOR)
        assert urlsplit(link["href"]).path == f"/collections/{one['id']}/tiles"
        assert service.follow(link).json()["tilesets"]


@abstract("tiles/collections-selection/query-collections")
def tiles_query(service: Service) -> None:
    names = [one["id"] for one in service.with_shapes]
    for chosen in (names[:1], names[:3], names[2:5]):
        asked = {"collections": ",".join(chosen)}
        assert service.json(f"/tiles/{GRID}", **asked)["layers"]
        service.get(f"/tiles/{GRID}/14/6440/14561", **asked)
    assert service.parameters(f"/tiles/{GRID}")["collections"]["required"] is False


@abstract("tiles/collections-selection/collections-response")
def tiles_selected(service: Service) -> None:
    for chosen in (["gaps"], ["gaps", "areas"], ["areas", "gaps"]):
        asked = {"collections": ",".join(chosen)}
        told = service.json(f"/tiles/{GRID}", **asked)
        assert [layer["id"] for layer in told["layers"]] == chosen
        content = service.get(f"/tiles/{GRID}/14/6440/14561", **asked).content
        # Each layer begins with its name; in the order that is asked for.
        places = [content.index(name.encode()) for name in chosen]
        assert places == sorted(places)
        (item,) = links(told, "item")
        assert service.get(filled(item["href"], 14, 6440, 14561)).content == content
        with TemporaryDirectory() as folder:
            shapes_of(Path(folder), content, chosen[0], (14, 6440, 14561))
            (path,) = Path(folder).rglob("*.pbf")
            assert [name for name, _ in pyogrio.list_layers(path)] == chosen


@abstract("tiles/mvt/content")
def tile_content(service: Service) -> None:
    number = (14, 6440, 14561)
    answer = service.get(f"/collections/gaps/tiles/{GRID}/14/6440/14561")
    assert answer.headers["content-type"] == MVT
    with TemporaryDirectory() as folder:
        found = shapes_of(Path(folder), answer.content, "gaps", number)
    assert set(found.geom_type) <= {"Polygon", "MultiPolygon"}
    assert found.geometry.notna().all()
    # The upper left corner of the grid is that of the tile: squares lie where their features lie.
    features = service.items("gaps", crs=CRS84)["features"]
    to_metres = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    for feature in features:
        shape = shapely.geometry.shape(feature["geometry"])
        x, y = to_metres.transform(shape.centroid.x, shape.centroid.y)
        own = found[found["area_id"] == feature["properties"]["area_id"]].geometry
        # A unit of the tile is 0.6 m there.
        if len(own) and own.iloc[0].area > 0.99 * 250_000 / math.cos(math.radians(35.9)) ** 2:
            assert own.iloc[0].centroid.distance(shapely.Point(x, y)) < 2.0


@abstract("tiles/oas30/completeness")
def tiles_described(service: Service) -> None:
    paths = service.document()["paths"]
    for path in tilesets(service):
        for rest in ("", f"/{GRID}", f"/{GRID}/{NUMBER}"):
            assert "get" in paths[f"{path}{rest}"]
    assert "get" in paths["/tileMatrixSets"]
    assert "get" in paths[f"/tileMatrixSets/{GRID}"]


@abstract("tiles/oas30/operation-id")
def tiles_named(service: Service) -> None:
    paths = service.document()["paths"]
    for path in tilesets(service):
        kind = ".dataset" if path == "/tiles" else ".collection"
        for rest, what in (
            ("", "getTileSetsList"),
            (f"/{GRID}", "getTileSet"),
            (f"/{GRID}/{NUMBER}", "getTile"),
        ):
            named = paths[f"{path}{rest}"]["get"]["operationId"]
            assert named.endswith(f"{kind}.vector.{what}")
    assert paths["/tileMatrixSets"]["get"]["operationId"].endswith("getTileMatrixSetsList")
    assert paths[f"/tileMatrixSets/{GRID}"]["get"]["operationId"].endswith("getTileMatrixSet")
