"""Jobs: how far they are, what came out, and their end; everybody knows of his own alone."""

from typing import Any

from fastapi import APIRouter, Request

from api.access import VisitorDep, needs
from api.deps import Served, ServedDep
from api.errors import Problem
from api.jobs import info, owner_of
from api.links import JSON, link
from api.models import JobInfo, JobList
from geo.errors import NotFoundError
from services.accounts.rights import Visitor
from services.edition.jobs import Job, not_there
from services.edition.processes import INTAKE, PLAN

router = APIRouter(tags=["Processes"], dependencies=[needs("plan")])


def _own(served: Served, who: Visitor, job_id: str) -> Job:
    """Return a job of whoever asks; of nobody else's is told that there is one."""
    found = served.jobs.get(job_id)
    if found.client != owner_of(who) and "administer" not in who.rights:
        raise not_there(job_id)
    return found


@router.get("/jobs", summary="Own jobs", response_model_exclude_none=True)
def jobs(request: Request, served: ServedDep, who: VisitorDep) -> JobList:
    """List the jobs that one's account has asked for; nobody else's are listed."""
    found = served.jobs.of(owner_of(who))
    links = [link(request, "/jobs", "self", JSON)]
    return JobList(jobs=[info(request, one) for one in found], links=links)


@router.get(
    "/jobs/{job_id}",
    summary="How far a job is",
    responses={404: {"model": Problem}},
    response_model_exclude_none=True,
)
def job(request: Request, served: ServedDep, who: VisitorDep, job_id: str) -> JobInfo:
    """Return how far a job is."""
    return info(request, _own(served, who, job_id))


@router.delete(
    "/jobs/{job_id}",
    summary="Stop a job",
    responses={404: {"model": Problem}},
    response_model_exclude_none=True,
)
def stop(request: Request, served: ServedDep, who: VisitorDep, job_id: str) -> JobInfo:
    """Ask a job to end; the best plan so far is stored, where one was found."""
    return info(request, served.jobs.dismiss(_own(served, who, job_id).job_id))


@router.get(
    "/jobs/{job_id}/results",
    summary="What came out of a job",
    responses={code: {"model": Problem} for code in (404, 422)},
)
def results(request: Request, served: ServedDep, who: VisitorDep, job_id: str) -> dict[str, Any]:
    """Return where what a job made is; the reason where it failed."""
    found = _own(served, who, job_id)
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
