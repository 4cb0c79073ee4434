"""
Conformance classes: what each asks to be mounted, and the abstract tests that hold it.

`/conformance` declares what is mounted; ``tests/api/test_ogc_abstract.py`` runs every test that is named
here, so that no class is declared whose tests do not pass.
"""

from collections.abc import Collection
from dataclasses import dataclass

_COLLECTIONS = ("/collections", "/collections/{collection_id}")
_ITEMS = "/collections/{collection_id}/items"
_ITEM = "/collections/{collection_id}/items/{feature_id}"
_QUERYABLES = "/collections/{collection_id}/queryables"
_PART_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0"
_PART_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0"
_PART_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0"
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0"
_GRID = "/tileMatrixSets/WebMercatorQuad"
_OF_ALL = "/tiles/WebMercatorQuad"
_OF_ONE = "/collections/{collection_id}/tiles/WebMercatorQuad"
_NUMBER = "/{tileMatrix}/{tileRow}/{tileCol}"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0"


@dataclass(frozen=True, slots=True)
class ConformanceClass:
    """A class of requirements of a standard."""

    uri: str
    paths: tuple[str, ...]
    """Routes without which it is not declared."""
    tests: tuple[str, ...]
    """Abstract tests of the standard by their names, after ``/conf/``; those of CQL2 are named by class, those
    of Tiles begin with its name."""


CLASSES: tuple[ConformanceClass, ...] = (
    ConformanceClass(
        f"{_PART_1}/conf/core",
        ("/", "/conformance", "/openapi.json", *_COLLECTIONS, _ITEMS, _ITEM),
        (
            *("core/http", "core/crs84", "core/root-op", "core/root-success"),
            *("core/api-definition-op", "core/api-definition-success"),
            *("core/conformance-op", "core/conformance-success"),
            *("core/query-param-unknown", "core/query-param-invalid"),
            *("core/fc-md-op", "core/fc-md-success", "core/fc-md-links", "core/fc-md-items"),
            *("core/fc-md-items-links", "core/fc-md-extent", "core/sfc-md-op"),
            *("core/sfc-md-success", "core/fc-op", "core/fc-response", "core/fc-links"),
            *("core/fc-limit-definition", "core/fc-limit-response"),
            *("core/fc-bbox-definition", "core/fc-bbox-response"),
            *("core/fc-time-definition", "core/fc-time-response"),
            *("core/fc-timeStamp", "core/fc-numberMatched", "core/fc-numberReturned"),
            *("core/f-op", "core/f-success", "core/f-links"),
        ),
    ),
    ConformanceClass(
        f"{_PART_1}/conf/geojson", (_ITEMS, _ITEM), ("geojson/definition", "geojson/content")
    ),
    ConformanceClass(
        f"{_PART_1}/conf/html",
        ("/", *_COLLECTIONS, _ITEMS, _ITEM),
        ("html/definition", "html/content"),
    ),
    ConformanceClass(
        f"{_PART_1}/conf/oas30",
        ("/openapi.json", "/docs"),
        (
            *("oas30/completeness", "oas30/exception-codes", "oas30/definition-1"),
            *("oas30/definition-2", "oas30/oas-impl", "oas30/security"),
        ),
    ),
    ConformanceClass(
        f"{_PART_2}/conf/crs",
        (*_COLLECTIONS, _ITEMS, _ITEM),
        (
            *("crs/crs-uri", "crs/default-crs", "crs/storageCrs", "crs/crs-parameter"),
            *("crs/crs-parameter-default", "crs/crs-parameter-invalid"),
            *("crs/crs-parameter-transform", "crs/bbox-crs-parameter"),
            *("crs/bbox-crs-parameter-default", "crs/bbox-crs-parameter-invalid"),
        ),
    ),
    ConformanceClass(
        f"{_PART_3}/conf/queryables",
        (_QUERYABLES,),
        (
            *("queryables/get-conformance", "queryables/get-queryables-uris"),
            "queryables/get-queryables",
        ),
    ),
    ConformanceClass(
        f"{_PART_3}/conf/queryables-query-parameters",
        (_QUERYABLES, _ITEMS),
        (
            "queryables-query-parameters/get-conformance",
            "queryables-query-parameters/query-param",
        ),
    ),
    ConformanceClass(
        f"{_PART_3}/conf/filter",
        (_QUERYABLES, _ITEMS),
        (
            *("filter/get-conformance", "filter/filter-param", "filter/filter-lang-default"),
            *("filter/expression-construction", "filter/filter-crs-wgs84"),
            "filter/filter-crs-param",
        ),
    ),
    ConformanceClass(
        f"{_PART_3}/conf/features-filter",
        (_QUERYABLES, _ITEMS),
        (
            *("features-filter/get-conformance", "features-filter/get-collections"),
            *("features-filter/get-collection", "features-filter/filter-on-items"),
            "features-filter/mixing-expression",
        ),
    ),
    *(
        ConformanceClass(f"{_CQL2}/conf/{name}", (_QUERYABLES, _ITEMS), (f"cql2/{name}",))
        for name in (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
            *("case-insensitive-comparison", "basic-spatial-functions"),
            *("basic-spatial-functions-plus", "spatial-functions", "temporal-functions"),
            "arithmetic",
        )
    ),
    ConformanceClass(
        f"{_TILES}/conf/core",
        (f"{_OF_ALL}{_NUMBER}", f"{_OF_ONE}{_NUMBER}"),
        (
            *("tiles/core/conformance-success", "tiles/core/tc-op", "tiles/core/tc-success"),
            *("tiles/core/tc-tilematrix-definition", "tiles/core/tc-tilerow-definition"),
            *("tiles/core/tc-tilecol-definition", "tiles/core/tc-error"),
        ),
    ),
    ConformanceClass(
        f"{_TILES}/conf/tileset", (_GRID, _OF_ALL, _OF_ONE), ("tiles/tileset/description",)
    ),
    ConformanceClass(
        f"{_TILES}/conf/tilesets-list",
        ("/tiles", "/collections/{collection_id}/tiles", _OF_ALL, _OF_ONE),
        ("tiles/tilesets-list/tileset-links",),
    ),
    ConformanceClass(
        f"{_TILES}/conf/dataset-tilesets",
        ("/", "/tiles", _OF_ALL),
        ("tiles/dataset-tilesets/landingpage", "tiles/dataset-tilesets/operation"),
    ),
    ConformanceClass(
        f"{_TILES}/conf/geodata-tilesets",
        (*_COLLECTIONS, "/collections/{collection_id}/tiles", _OF_ONE),
        ("tiles/geodata-tilesets/desc-links", "tiles/geodata-tilesets/operation"),
    ),
    ConformanceClass(
        f"{_TILES}/conf/collections-selection",
        (_OF_ALL, f"{_OF_ALL}{_NUMBER}"),
        (
            "tiles/collections-selection/query-collections",
            "tiles/collections-selection/collections-response",
        ),
    ),
    ConformanceClass(
        f"{_TILES}/conf/mvt",
        (f"{_OF_ALL}{_NUMBER}", f"{_OF_ONE}{_NUMBER}"),
        ("tiles/mvt/content",),
    ),
    ConformanceClass(
        f"{_TILES}/conf/oas30",
        ("/openapi.json", _OF_ALL, _OF_ONE),
        ("tiles/oas30/completeness", "tiles/oas30/operation-id"),
    ),
)


def declared(mounted: Collection[str]) -> list[str]:
    """Return the classes whose routes are all there."""
    return [one.uri for one in CLASSES if set(one.paths) <= set(mounted)]
