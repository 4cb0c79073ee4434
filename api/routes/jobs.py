"""Jobs: how far they are, what came out, and their end; an unguessable id is the key to each."""

from typing import Any

from fastapi import APIRouter, Request

from api.errors import Problem
from api.jobs import info, known_ids
from api.links import JSON, link
from api.models import JobInfo, JobList
from geo.errors import NotFoundError
from services.edition.jobs import Jobs
from services.edition.processes import INTAKE, PLAN

router = APIRouter(tags=["Processes"])


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


@router.get("/jobs", summary="Own jobs", response_model_exclude_none=True)
def jobs(request: Request) -> JobList:
    """List the jobs that this browser has asked for, by its cookie; nobody else's are listed."""
    found = _jobs(request).some(known_ids(request))
    links = [link(request, "/jobs", "self", JSON)]
    return JobList(jobs=[info(request, one) for one in found], links=links)


@router.get(
    "/jobs/{job_id}",
    summary="How far a job is",
    responses={404: {"model": Problem}},
    response_model_exclude_none=True,
)
def job(request: Request, job_id: str) -> JobInfo:
    """Return how far a job is."""
    return info(request, _jobs(request).get(job_id))


@router.delete(
    "/jobs/{job_id}",
    summary="Stop a job",
    responses={404: {"model": Problem}},
    response_model_exclude_none=True,
)
def stop(request: Request, job_id: str) -> JobInfo:
    """Ask a job to end; the best plan so far is stored, where one was found."""
    return info(request, _jobs(request).dismiss(job_id))


@router.get(
    "/jobs/{job_id}/results",
    summary="What came out of a job",
    responses={code: {"model": Problem} for code in (404, 422)},
)
def results(request: Request, job_id: str) -> dict[str, Any]:
    """Return where what a job made is; the reason where it failed."""
    found = _jobs(request).get(job_id)
    if found.status == "failed":
        raise found.refusal()
    if found.is_open or not found.result:
        raise NotFoundError(
            "job {job_id!r} has no result; see its status at /jobs/{job_id}", job_id=job_id
        )
    where = {PLAN: f"/plans/{found.result}", INTAKE: "/intake.json"}
    path = where.get(found.process, "/about")
    made = link(request, path, "item", JSON, title=found.result)
    return {found.process: made.model_dump()}
