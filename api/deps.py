"""What the endpoints ask for: the edition, the settings, and each query parameter parsed."""

import math
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.settings import Settings
from geo.errors import InvalidInputError, NotAllowedError
from geo.vocabulary import FREQUENCIES, TARGET
from services.edition import snapshot as edition
from services.publication import collections
from services.words.texts import choices
from services.workspace.folder import Workspace

LIMIT = 100
LIMIT_MAX = 10_000

_RESERVED = frozenset({"limit", "offset", "bbox", "skipGeometry", "sort", "f"})
_FLAT, _SOLID = 4, 6


def _editions(request: Request) -> edition.Editions:
    """Return the newest results as they may be read."""
    editions: edition.Editions = request.app.state.editions
    return editions


def _edition(request: Request) -> edition.Edition:
    """Return the newest result as it may be read."""
    return _editions(request).current()


def _settings(request: Request) -> Settings:
    """Return the server's settings."""
    settings: Settings = request.app.state.settings
    return settings


def _workspace(request: Request) -> Workspace:
    """Return the workspace that is served."""
    return _editions(request).workspace


def _editor(request: Request) -> Workspace:
    """Return the workspace to somebody who may write, refused where the server lets nobody."""
    if not _settings(request).editing:
        raise NotAllowedError(
            "this server was started for reading only; start it with ARUKEBA_EDITING=1 "
            "to write over HTTP, or use the command line"
        )
    return _workspace(request)


WorkspaceDep = Annotated[Workspace, Depends(_workspace)]
EditorDep = Annotated[Workspace, Depends(_editor)]
EditionsDep = Annotated[edition.Editions, Depends(_editions)]
EditionDep = Annotated[edition.Edition, Depends(_edition)]
SettingsDep = Annotated[Settings, Depends(_settings)]

CollectionId = Annotated[
    str, Path(description="areas、places、coverage、gaps、candidates、reach、plans")
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="1ページの件数")]
Offset = Annotated[int, Query(ge=0, description="とばす件数")]
BBoxText = Annotated[
    str | None,
    Query(
        alias="bbox",
        description="西,南,東,北（度）。6つの数なら高さは見ない",
        examples=["139.9,35.8,140.0,35.9"],
    ),
]
SkipGeometry = Annotated[bool, Query(alias="skipGeometry", description="図形なしで返す")]
Sort = Annotated[
    str,
    Query(
        description="並べる項目。前に - を付けると大きい順", examples=["rank_by_rate", "-unreached"]
    ),
]


def parse_bbox(text: str) -> collections.BBox:
    """Return west, south, east, north; of a box with heights, those are left out."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == _SOLID:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) == _FLAT and all(math.isfinite(number) for number in numbers):
        west, south, east, north = numbers
        if west <= east and south <= north:
            return west, south, east, north
    raise InvalidInputError(
        "bbox={text!r} is not a box; give west,south,east,north in degrees, west <= "
        "east and south <= north",
        text=text,
    )


def _query(
    request: Request,
    bbox: BBoxText = None,
    limit: Limit = LIMIT,
    offset: Offset = 0,
    skip_geometry: SkipGeometry = False,  # noqa: FBT002  FastAPI reads it by name
    sort: Sort = "",
) -> collections.Query:
    """Return what is asked of a collection; every other parameter filters by that property."""
    given = request.query_params
    return collections.Query(
        filters={name: given.getlist(name) for name in given if name not in _RESERVED},
        bbox=None if bbox is None else parse_bbox(bbox),
        limit=limit,
        offset=offset,
        with_geometry=not skip_geometry,
        sort=sort,
    )


QueryDep = Annotated[collections.Query, Depends(_query)]


LayerId = Annotated[str | None, Query(description="区分。なければ協議体の区域")]
AreaId = Annotated[str | None, Query(description="区域のIDまたは名前。なければ全体")]
FrequencyName = Annotated[
    str,
    Query(description=choices(FREQUENCIES, "ja"), json_schema_extra={"enum": [*FREQUENCIES]}),
]
AgeGroup = Annotated[str | None, Query(description="年齢。なければ計算の条件")]
WalkLimits = tuple[float | None, float | None]


def _walk_limits(
    walk_limit_m: Annotated[
        float | None, Query(description="歩く範囲（m）。分もなければ計算の条件")
    ] = None,
    walk_limit_min: Annotated[
        float | None, Query(description="歩く範囲（分）。mもあれば、両方の内側")
    ] = None,
) -> WalkLimits:
    """Return the walking limit in metres and in minutes."""
    return walk_limit_m, walk_limit_min


WalkLimitsDep = Annotated[WalkLimits, Depends(_walk_limits)]


def _asked(
    limits: WalkLimitsDep,
    layer: LayerId = None,
    area: AreaId = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
    profile: Annotated[
        str | None, Query(description="歩き方のID（/about の choices）。なければ計算の条件")
    ] = None,
) -> edition.Asked:
    """Return whom a summary is about."""
    return edition.Asked(layer, area, frequency, _typed_plus(age_group), *limits, profile)


AskedDep = Annotated[edition.Asked, Depends(_asked)]


def _asked_week(
    limits: WalkLimitsDep,
    layer: LayerId = None,
    area: AreaId = None,
    frequency: Annotated[
        str, Query(description="weekly（毎週ある）、monthly（月1回以上ある）")
    ] = TARGET,
    age_group: AgeGroup = None,
) -> edition.Asked:
    """Return whose week is asked for; it is that of the main walking profile."""
    return edition.Asked(layer, area, frequency, _typed_plus(age_group), *limits)


AskedWeekDep = Annotated[edition.Asked, Depends(_asked_week)]


def _typed_plus(age_group: str | None) -> str | None:
    """Return ``65+`` where a plus typed into an address bar arrived as a space."""
    return age_group.replace(" ", "+") if age_group else None
