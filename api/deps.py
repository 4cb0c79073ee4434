"""What the endpoints ask for: the edition, the settings, and each query parameter parsed."""

import math
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.settings import Settings
from geo.errors import InvalidInputError, NotAllowedError
from geo.vocabulary import FREQUENCIES, TARGET
from services.edition import snapshot as edition
from services.publication import collections
from services.words.texts import Lang
from services.workspace.folder import Workspace

LIMIT = 100
LIMIT_MAX = 10_000

_RESERVED = frozenset({"limit", "offset", "bbox", "skipGeometry", "sort", "f"})
_FLAT, _SOLID = 4, 6


# What only looks into memory is async: FastAPI hands every other one to a thread of its own, which
# costs more than the looking.


async def _editions(request: Request) -> edition.Editions:
    """Return the newest results as they may be read."""
    editions: edition.Editions = request.app.state.editions
    return editions


EditionsDep = Annotated[edition.Editions, Depends(_editions)]


def _edition(editions: EditionsDep) -> edition.Edition:
    """Return the newest result as it may be read; it is looked for on the disk."""
    return editions.current()


async def _settings(request: Request) -> Settings:
    """Return the server's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(_settings)]


async def _workspace(editions: EditionsDep) -> Workspace:
    """Return the workspace that is served."""
    return editions.workspace


WorkspaceDep = Annotated[Workspace, Depends(_workspace)]


async def _editor(workspace: WorkspaceDep, settings: SettingsDep) -> Workspace:
    """Return the workspace to somebody who may write, refused where the server lets nobody."""
    if not settings.editing:
        raise NotAllowedError(
            "this server was started for reading only; start it with ARUKEBA_EDITING=1 "
            "to write over HTTP, or use the command line"
        )
    return workspace


EditorDep = Annotated[Workspace, Depends(_editor)]
EditionDep = Annotated[edition.Edition, Depends(_edition)]

CollectionId = Annotated[
    str,
    Path(
        description="areas, places, coverage, coverage_table, gaps, candidates, reach, edits or plans"
    ),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Features on a page")]
Offset = Annotated[int, Query(ge=0, description="Features to skip")]
BBoxText = Annotated[
    str | None,
    Query(
        alias="bbox",
        description="West, south, east, north in degrees; of six numbers the heights are left out",
        examples=["139.9,35.8,140.0,35.9"],
    ),
]
SkipGeometry = Annotated[bool, Query(alias="skipGeometry", description="Answer without geometry")]
Sort = Annotated[
    str,
    Query(
        description="Property to sort by; with - before it, the largest first",
        examples=["rank_by_rate", "-unreached"],
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


async def _query(
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


Language = Annotated[Lang, Query(description="Language")]
LayerId = Annotated[str | None, Query(description="Layer; without it, that of the councils")]
AreaId = Annotated[
    str | None, Query(description="Id or name of an area; without it, the whole municipality")
]
FrequencyName = Annotated[
    str,
    Query(
        description="A place that counts meets so often or more",
        json_schema_extra={"enum": [*FREQUENCIES]},
    ),
]
AgeGroup = Annotated[str | None, Query(description="Age group; without it, that of the run")]
WalkLimits = tuple[float | None, float | None]


async def _walk_limits(
    walk_limit_m: Annotated[
        float | None,
        Query(
            description="Walking limit in metres; with neither metres nor minutes, that of the run"
        ),
    ] = None,
    walk_limit_min: Annotated[
        float | None,
        Query(description="Walking limit in minutes; beside one in metres, both must hold"),
    ] = None,
) -> WalkLimits:
    """Return the walking limit in metres and in minutes."""
    return walk_limit_m, walk_limit_min


WalkLimitsDep = Annotated[WalkLimits, Depends(_walk_limits)]


async def _asked(
    limits: WalkLimitsDep,
    layer: LayerId = None,
    area: AreaId = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
    profile: Annotated[
        str | None,
        Query(
            description="Id of a walking profile (choices of /about); without it, that of the run"
        ),
    ] = None,
) -> edition.Whom:
    """Return whom a summary is about."""
    return edition.Whom(layer, area, frequency, _typed_plus(age_group), *limits, profile)


AskedDep = Annotated[edition.Whom, Depends(_asked)]


async def _asked_week(
    limits: WalkLimitsDep,
    layer: LayerId = None,
    area: AreaId = None,
    frequency: Annotated[
        str, Query(description="weekly (every week) or monthly (once a month or more)")
    ] = TARGET,
    age_group: AgeGroup = None,
) -> edition.Whom:
    """Return whose week is asked for; it is that of the main walking profile."""
    return edition.Whom(layer, area, frequency, _typed_plus(age_group), *limits)


AskedWeekDep = Annotated[edition.Whom, Depends(_asked_week)]


def _typed_plus(age_group: str | None) -> str | None:
    """Return ``65+`` where a plus typed into an address bar arrived as a space."""
    return age_group.replace(" ", "+") if age_group else None
