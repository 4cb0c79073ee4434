"""Processes: what can be asked for, described and executed as OGC API – Processes says."""

import json
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.access import needs
from api.deps import EditionDep, Language
from api.errors import Problem
from api.jobs import AskingDep, take_on
from api.links import JSON, link
from api.models import Execute, JobInfo, ProcessInfo, ProcessInput, ProcessList, ProcessSummary
from api.routes.docs import described
from api.routes.whatif import WhatIfBody
from geo.errors import NotFoundError
from services.edition.processes import INPUTS
from services.words.texts import Lang, text
from services.workspace.folder import software_version

WHAT_IF = "what-if"
MODELS: dict[str, type[BaseModel]] = {**INPUTS, WHAT_IF: WhatIfBody}
EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"
ProcessId = Annotated[str, Path(description="plan, run, intake or what-if")]

router = APIRouter(tags=["Processes"], dependencies=[needs("read")])


@router.get("/processes", summary="List of processes")
def processes(request: Request, lang: Language = "ja") -> ProcessList:
    """List what can be asked for."""
    found = [_summary(request, process_id, lang) for process_id in MODELS]
    return ProcessList(processes=found, links=[link(request, "/processes", "self", JSON)])


@router.get("/processes/{process_id}", summary="One process", responses={404: {"model": Problem}})
def process(request: Request, process_id: ProcessId, lang: Language = "ja") -> ProcessInfo:
    """Describe a process: its inputs as JSON Schema, and what comes out."""
    if process_id not in MODELS:
        names = ", ".join(MODELS)
        raise NotFoundError(
            "there is no process {process_id!r}; there are {names}",
            process_id=process_id,
            names=names,
        )
    links = [link(request, f"/processes/{process_id}/execution", EXECUTE, JSON)]
    summary = _summary(request, process_id, lang)
    told = summary.model_dump() | {"links": [*summary.links, *links]}
    title = text(f"process.{process_id}.output", lang)
    return ProcessInfo(
        **told,
        inputs=_inputs(MODELS[process_id], lang),
        outputs={_output(process_id): {"title": title, "schema": {"type": "object"}}},
    )


@router.post(
    f"/processes/{WHAT_IF}/execution",
    summary="Try a change at once",
    responses={code: {"model": Problem} for code in (404, 422)},
)
def execute_what_if(edition: EditionDep, body: Execute) -> dict[str, Any]:
    """Return the figures before and after, as `POST /whatif` does; nothing is stored."""
    try:
        asked = WhatIfBody.model_validate(body.inputs)
    except ValidationError as error:
        wrong = [{**one, "loc": ("body", "inputs", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from error
    answer = edition.whatif(
        asked.layer, [edit.model_dump() for edit in asked.edits], asked.age_group
    )
    if body.response == "raw":
        return answer
    return {_output(WHAT_IF): {"value": answer, "mediaType": JSON}}


@router.post(
    "/processes/{process_id}/execution",
    status_code=201,
    summary="Ask for a plan, a run or an intake as a job",
    dependencies=[needs("plan")],
    responses={code: {"model": Problem} for code in (403, 404, 422, 429)},
    response_model_exclude_none=True,
)
async def execute(
    asking: AskingDep,
    process_id: ProcessId,
    body: Execute,
) -> JobInfo:
    """Check the inputs and queue a job; what takes long answers by jobs alone."""
    if process_id not in INPUTS:
        process(asking.request, process_id)
    if "respond-async" in asking.request.headers.get("prefer", ""):
        asking.response.headers["preference-applied"] = "respond-async"
    return await take_on(asking, process_id, body.inputs)


def _output(process_id: str) -> str:
    return "answer" if process_id == WHAT_IF else process_id


def _summary(request: Request, process_id: str, lang: Lang) -> ProcessSummary:
    say = partial(text, lang=lang)
    is_job = process_id in INPUTS
    return ProcessSummary(
        id=process_id,
        title=say(f"process.{process_id}"),
        description=say(f"process.{process_id}.description"),
        version=software_version(),
        jobControlOptions=["async-execute", "dismiss"] if is_job else ["sync-execute"],
        outputTransmission=["reference"] if is_job else ["value"],
        links=[link(request, f"/processes/{process_id}", "self", JSON, lang=lang)],
    )


def _inputs(model: type[BaseModel], lang: Lang) -> dict[str, ProcessInput]:
    """Return each input with its schema, which stands by itself."""
    schema = described(model.model_json_schema(), lang)
    required, defs = schema.get("required", ()), schema.get("$defs", {})
    found = {}
    for name, told in schema["properties"].items():
        refers = "$ref" in json.dumps(told)
        found[name] = ProcessInput(
            title=name,
            description=told.get("description", ""),
            minOccurs=int(name in required),
            schema={**told, "$defs": defs} if refers else told,
        )
    return found
