"""What is asked of collections over HTTP: each parameter of OGC API – Features as a value."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from geo.errors import GoneError, InvalidInputError
from services.publication import collections
from services.publication.cql import Condition
from services.publication.cqltext import read_filter
from services.publication.crs import CRS84, Crs, crs_named, region_typed
from services.publication.times import interval_typed
from services.words.texts import Lang
from services.workspace.folder import software_version

LIMIT = 1_000
LIMIT_MAX = 10_000
OFFSET_MAX = 1_000_000_000
ROWS_SHOWN = 100
"""On a page for people."""
WHOLE_BYTES = 1_000_000
"""More leaves while it is written: each part then waits for a thread, which costs more than a small one."""

Form = Annotated[
    Literal["json", "html"] | None,
    Query(alias="f", description="Format; without it, what Accept asks for, else JSON"),
]


class FeatureParameters(BaseModel):
    """How features are to be given."""

    crs: str = Field(
        CRS84.uri, description="CRS of the answer, as an address; /collections lists them"
    )
    f: Literal["json", "geojson", "html"] | None = Field(
        None, description="Format; without it, what Accept asks for, else JSON"
    )
    lang: Lang = Field("ja", description="Language")


AskedItem = Annotated[FeatureParameters, Query()]


class ItemParameters(FeatureParameters):
    """Which features are asked for; a property by its name is a filter as well."""

    model_config = ConfigDict(extra="allow", populate_by_name=False)

    # A limit beyond the greatest is no error: the standard asks to take the greatest instead.
    limit: int = Field(
        LIMIT,
        ge=1,
        description="Features on a page; of more than the maximum, the maximum",
        json_schema_extra={"maximum": LIMIT_MAX},
    )
    offset: int = Field(0, ge=0, le=OFFSET_MAX, description="Features to skip")
    bbox: str | None = Field(
        None,
        description="West, south, east, north in degrees, or in the axes of bbox-crs; of six numbers the heights are left out",
        examples=["139.9,35.8,140.0,35.9"],
    )
    bbox_crs: str = Field(
        CRS84.uri,
        alias="bbox-crs",
        description="CRS of bbox, as an address; /collections lists them",
    )
    datetime: str | None = Field(
        None,
        description="A day, an instant, or an interval with a slash, .. for an open end; a fiscal year is 2024-04-01/2025-03-31",
        examples=["2024-04-01/2025-03-31"],
    )
    filter: str | None = Field(
        None,
        description="What features must fulfil, in CQL2",
        examples=["gap='none' AND residents>100"],
    )
    filter_lang: Literal["cql2-text", "cql2-json"] = Field(
        "cql2-text", alias="filter-lang", description="How filter is written"
    )
    filter_crs: str = Field(
        CRS84.uri, alias="filter-crs", description="CRS of shapes in filter, as an address"
    )
    properties: str | None = Field(
        None, description="Properties to be given, with commas between; without it, all"
    )
    sortby: str = Field(
        "",
        description="Properties to sort by, with commas between; with - before one, the largest first",
        examples=["rank_by_rate", "-unreached"],
    )
    skip_geometry: bool = Field(
        default=False, alias="skipGeometry", description="Answer without geometry"
    )
    edition: str | None = Field(
        None,
        description="State of the data that a page is of, from the link to it; where the data has changed since, the answer is 410",
    )

    def query(self, given: Mapping[str, Sequence[str]], storage_epsg: int) -> collections.Query:
        """
        Return what is asked of a collection.

        Parameters
        ----------
        given
            Every parameter of the address with its texts; those that are none of ours are properties.
        storage_epsg
            CRS that the collection is kept in.

        Raises
        ------
        InvalidInputError
            A parameter is given twice, or its value cannot be used.
        """
        ours = {field.alias or name for name, field in type(self).model_fields.items()}
        for name in ours & set(given):
            if len(given[name]) > 1:
                raise InvalidInputError("{name} is given twice; give it once", name=name)
        box_crs = crs_named(self.bbox_crs, storage_epsg, "bbox-crs")
        filter_crs = crs_named(self.filter_crs, storage_epsg, "filter-crs")
        return collections.Query(
            filters={name: texts for name, texts in given.items() if name not in ours},
            region=None if self.bbox is None else region_typed(self.bbox, box_crs),
            during=None if self.datetime is None else interval_typed(self.datetime),
            where=self._filter(filter_crs),
            limit=min(self.limit, LIMIT_MAX),
            offset=self.offset,
            names=None if self.properties is None else _names(self.properties),
            with_geometry=not self.skip_geometry,
            crs=crs_named(self.crs, storage_epsg, "crs"),
            # A "+" in an address arrives as a space.
            sort=[f"+{name.strip()}" if name[:1] == " " else name for name in _names(self.sortby)],
        )

    def _filter(self, crs: Crs) -> Condition | None:
        return (
            None
            if self.filter is None
            else Condition(read_filter(self.filter, self.filter_lang), crs)
        )


AskedItems = Annotated[ItemParameters, Query()]


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def given(request: Request) -> dict[str, list[str]]:
    """Return every parameter of an address with its texts."""
    return {name: request.query_params.getlist(name) for name in request.query_params}


async def known_parameters(request: Request) -> None:
    """Refuse a parameter that the description of the API does not have, or that is given twice: one would change nothing."""
    route = request.scope.get("route")
    path = getattr(route, "path_format", "")
    operation = request.app.openapi()["paths"].get(path, {}).get(request.method.lower())
    if operation is None:
        return
    names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    for name, texts in given(request).items():
        # Of features every property is a parameter.
        if name not in names and not path.endswith("/items"):
            raise InvalidInputError(
                "there is no parameter {name!r}; there are {names}", name=name, names=names
            )
        if name in names and len(texts) > 1:
            raise InvalidInputError("the parameter {name!r} is given more than once", name=name)


KNOWN_PARAMETERS = Depends(known_parameters)


def wants_html(request: Request, form: str | None) -> bool:
    """Return whether a page for people is asked for; programs that name nothing get JSON."""
    if form is not None:
        return form == "html"
    weights = dict(map(_weight, request.headers.get("accept", "*/*").lower().split(",")))
    html = weights.get("text/html", 0.0)
    named = [weight for kind, weight in weights.items() if "json" in kind]
    return html > 0 and html >= max(named, default=0.0)


def _weight(part: str) -> tuple[str, float]:
    kind, *parameters = (one.strip() for one in part.split(";"))
    given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return kind, float(given)
    except ValueError:
        return kind, 0.0


def require_state(asked: str | None, state: str) -> None:
    """
    Refuse a page of data that has changed since the page before it.

    Raises
    ------
    GoneError
        Going on would lose features or give them twice.
    """
    if asked is not None and asked != state:
        raise GoneError(
            "the data has changed since the first page was given; begin again without edition"
        )


def answer(
    request: Request,
    state: str,
    make: Callable[[], str | bytes | Iterator[bytes]],
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """
    Return an answer that a reader need not fetch twice: 304 where it has the one of this state.

    The tag is weak: an answer bears the time when it was made, and may be compressed.
    """
    asked = f"{software_version()} {state} {media_type} {request.url}"
    tag = f'W/"{sha256(asked.encode()).hexdigest()[:32]}"'
    told = {"etag": tag, "cache-control": "no-cache", "vary": "Accept", **(headers or {})}
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or tag.removeprefix("W/") in known or "*" in known:
        return Response(status_code=304, headers=told)
    made = make()
    if isinstance(made, str | bytes):
        return Response(made, media_type=media_type, headers=told)
    begun: list[bytes] = []
    for part in made:
        begun.append(part)
        if sum(map(len, begun)) > WHOLE_BYTES:
            rest = chain([b"".join(begun)], made)
            return StreamingResponse(rest, media_type=media_type, headers=told)
    return Response(b"".join(begun), media_type=media_type, headers=told)


def content_crs(crs: Crs) -> dict[str, str]:
    """Return the header that names the CRS of an answer."""
    return {"content-crs": f"<{crs.uri}>"}


def as_plain(model: BaseModel) -> dict[str, Any]:
    """Return a body as plain data; what is not there is left out."""
    return model.model_dump(exclude_none=True, by_alias=True)
