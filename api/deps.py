"""What the endpoints ask for: the edition, the settings, and each query parameter parsed."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from api.access import VisitorDep
from api.settings import Settings
from geo.vocabulary import FREQUENCIES, TARGET
from services.edition import snapshot as edition
from services.edition.jobs import Jobs
from services.edition.worker import Worker
from services.plans.solve import Reception
from services.registry.hands import Hand
from services.words.texts import Lang
from services.words.vocabulary import PUBLIC
from services.workspace.folder import Workspace

# What only looks into memory, or when three files were written, is async: FastAPI hands every other one
# to a thread of its own, which costs more than the looking.


@dataclass(frozen=True)
class Served:
    """One view of the workspace as it is served: its results, its jobs and who does them."""

    editions: edition.Editions
    jobs: Jobs
    worker: Worker
    reception: Reception


async def _served(request: Request, who: VisitorDep) -> Served:
    """Return what whoever asks may see: the view that he has chosen."""
    found: Served = request.app.state.served[who.view]
    return found


ServedDep = Annotated[Served, Depends(_served)]


async def _editions(served: ServedDep) -> edition.Editions:
    """Return the newest results as they may be read."""
    return served.editions


EditionsDep = Annotated[edition.Editions, Depends(_editions)]


async def _edition(editions: EditionsDep) -> edition.Edition:
    """Return the newest result as it may be read; a new one is opened by a thread."""
    kept = editions.kept()
    return kept if kept is not None else await run_in_threadpool(editions.current)


EditionDep = Annotated[edition.Edition, Depends(_edition)]


async def _settings(request: Request) -> Settings:
    """Return the server's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(_settings)]


async def _workspace(editions: EditionsDep) -> Workspace:
    """Return the workspace that is served."""
    return editions.workspace


WorkspaceDep = Annotated[Workspace, Depends(_workspace)]


async def _shared(request: Request) -> Workspace:
    """Return the workspace as everybody sees it: what people write down in it holds nothing exact."""
    served: Served = request.app.state.served[PUBLIC]
    return served.editions.workspace


SharedDep = Annotated[Workspace, Depends(_shared)]


async def _accounts(request: Request) -> Workspace:
    """Return the workspace whose accounts are asked for."""
    workspace: Workspace = request.app.state.workspace
    return workspace


AccountsDep = Annotated[Workspace, Depends(_accounts)]


async def _hand(who: VisitorDep) -> Hand:
    """Return the hand of whoever asks."""
    return who.hand


HandDep = Annotated[Hand, Depends(_hand)]

CollectionId = Annotated[
    str,
    Path(
        description="areas, places, coverage, coverage_table, gaps, candidates, reach, edits or plans"
    ),
]
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
