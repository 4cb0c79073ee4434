"""Scenarios: sets of changes, compared with today; only the workspace's own files are written."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.access import deed, needs
from api.deps import SharedDep, WorkspaceDep
from api.errors import Problem
from geo.errors import InvalidInputError, NotFoundError
from services.edition.features import scenario_features
from services.scenarios.file import checked_name, scenario_of, to_toml
from services.scenarios.named import (
    compare_scenarios,
    delete_scenario,
    find_scenario,
    list_scenarios,
    remove_edit,
    save_scenario,
    sentences,
)
from services.workspace.folder import Workspace

router = APIRouter(tags=["Scenarios"], dependencies=[needs("read")])

_REFUSED: dict[int | str, dict[str, Any]] = {403: {"model": Problem}, 422: {"model": Problem}}


class ScenarioBody(BaseModel, extra="allow"):
    """A scenario as its file has it."""

    name: str
    edits: list[dict[str, Any]] = []


@router.get("/scenarios", summary="List of scenarios")
def scenarios(workspace: WorkspaceDep) -> dict[str, Any]:
    """List the scenarios, each with what has changed since it was made."""
    return {"scenarios": [one.to_dict() for one in list_scenarios(workspace)]}


@router.get(
    "/scenarios/compare",
    summary="Compare scenarios with today",
    responses={404: {"model": Problem}},
)
def compare(
    workspace: WorkspaceDep,
    names: Annotated[
        str, Query(description="Names of scenarios, with commas between", examples=["A,B"])
    ],
) -> dict[str, Any]:
    """Compute scenarios on the data of today, side by side."""
    found = compare_scenarios(
        workspace, [name.strip() for name in names.split(",") if name.strip()]
    )
    said = {lang: sentences(found, lang, workspace.few_below) for lang in ("ja", "en")}
    return {"view": workspace.view, **found.to_dict(), "sentences": said}


@router.get("/scenarios/{name}", summary="One scenario", responses={404: {"model": Problem}})
def scenario(workspace: WorkspaceDep, name: str) -> dict[str, Any]:
    """Return one scenario."""
    return find_scenario(workspace, name).to_dict()


@router.get(
    "/scenarios/{name}/items",
    summary="Where a scenario changes something (GeoJSON)",
    responses={404: {"model": Problem}},
)
def items(workspace: WorkspaceDep, name: str) -> dict[str, Any]:
    """Return where each change is; a private home stands in its grid cell."""
    return scenario_features(workspace, name)


@router.get(
    "/scenarios/{name}/file",
    summary="File of a scenario (TOML)",
    response_class=Response,
    responses={
        200: {
            "content": {"application/toml": {}},
            "description": "Read by arukeba scenario import",
        },
        404: {"model": Problem},
    },
)
def file(workspace: WorkspaceDep, name: str) -> Response:
    """Return a scenario as the file that people send each other."""
    found = find_scenario(workspace, name).scenario
    saved_as = f"attachment; filename*=UTF-8''{quote(found.name)}.toml"
    return Response(
        to_toml(found), media_type="application/toml", headers={"content-disposition": saved_as}
    )


@router.post(
    "/scenarios",
    summary="Make a scenario",
    dependencies=[needs("arrange")],
    status_code=201,
    responses={**_REFUSED, 409: {"model": Problem}},
)
def create(request: Request, workspace: SharedDep, body: ScenarioBody) -> dict[str, Any]:
    """Write a new scenario once all of its changes can be made."""
    save_scenario(workspace, scenario_of(body.model_dump()))
    deed(request, after=_kept(workspace, body.name))
    return find_scenario(workspace, body.name).to_dict()


@router.put(
    "/scenarios/{name}",
    summary="Replace a scenario",
    dependencies=[needs("arrange")],
    responses=_REFUSED,
)
def put(request: Request, workspace: SharedDep, name: str, body: ScenarioBody) -> dict[str, Any]:
    """Write a scenario in place of the one of that name, if there is one."""
    if checked_name(body.name) != checked_name(name):
        raise InvalidInputError(
            "the address says {name!r}, the body {body_name!r}; let both say the same",
            name=name,
            body_name=body.name,
        )
    before = _kept(workspace, name)
    save_scenario(workspace, scenario_of(body.model_dump()), replace=True)
    deed(request, before=before, after=_kept(workspace, name))
    return find_scenario(workspace, name).to_dict()


@router.delete(
    "/scenarios/{name}",
    summary="Delete a scenario",
    dependencies=[needs("arrange")],
    status_code=204,
    responses={403: {"model": Problem}, 404: {"model": Problem}},
)
def delete(request: Request, workspace: SharedDep, name: str) -> None:
    """Take a scenario away."""
    before = _kept(workspace, name)
    delete_scenario(workspace, name)
    deed(request, before=before)


@router.delete(
    "/scenarios/{name}/edits/{number}",
    summary="Take one change out of a scenario",
    dependencies=[needs("arrange")],
    responses={403: {"model": Problem}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def delete_edit(request: Request, workspace: SharedDep, name: str, number: int) -> dict[str, Any]:
    """Take one change out of a scenario, by its number from 1; return what is left."""
    before = _kept(workspace, name)
    remove_edit(workspace, name, number)
    deed(request, before=before, after=_kept(workspace, name))
    return find_scenario(workspace, name).to_dict()


def _kept(workspace: Workspace, name: str) -> dict[str, str] | None:
    """Return a scenario as the log keeps it, None where there is none."""
    try:
        return {"file": to_toml(find_scenario(workspace, name).scenario)}
    except NotFoundError:
        return None
