"""Jobs as HTTP answers: one way of asking for them, and of telling how far they are."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import VisitorDep
from api.deps import Served, ServedDep
from api.links import JSON, link
from api.models import BestSoFar, JobInfo
from api.once import OnceDep
from services.accounts.rights import Visitor
from services.edition.jobs import Job
from services.edition.processes import PLAN, checked_inputs
from services.words.texts import LANGS, step_text, text, told
from services.workspace.once import Once

CHECK_S, LOOK_EVERY_S = 15.0, 0.05
"""So long does who asks wait for the word that it can be done; behind others it may come later."""
RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"


@dataclass(frozen=True)
class Asking:
    """Who asks for a job, of which view, and where the answer goes."""

    request: Request
    response: Response
    served: Served
    who: Visitor
    once: Once | None


async def _asking(
    request: Request, response: Response, served: ServedDep, who: VisitorDep, once: OnceDep
) -> Asking:
    return Asking(request, response, served, who, once)


AskingDep = Annotated[Asking, Depends(_asking)]


async def take_on(asking: Asking, process: str, given: Mapping[str, Any]) -> JobInfo:
    """Check what is asked and queue it; what cannot be done is refused at once."""
    jobs, worker, request = asking.served.jobs, asking.served.worker, asking.request
    inputs = checked_inputs(process, given)
    owner = owner_of(asking.who)
    job = await run_in_threadpool(jobs.submit, process, inputs, owner, once=asking.once)
    worker.start()
    give_up_s = time.monotonic() + CHECK_S
    while job.is_open and not job.checked and time.monotonic() < give_up_s:
        await asyncio.sleep(LOOK_EVERY_S)
        job = await run_in_threadpool(jobs.get, job.job_id)
    if job.status == "failed" and not job.checked:
        await run_in_threadpool(jobs.remove, job.job_id)
        raise job.refusal()
    asking.response.headers["location"] = str(request.url_for("job", job_id=job.job_id).path)
    return info(request, job)


def owner_of(who: Visitor) -> str:
    """Return whose jobs are those of whoever asks: his account's, else his session's."""
    return who.account_id or who.session


def info(request: Request, job: Job) -> JobInfo:
    """Return how far a job is."""
    path = f"/jobs/{job.job_id}"
    links = [link(request, path, "self", JSON)]
    made = job.result if not job.is_open else ""
    if made:
        links.append(link(request, f"{path}/results", RESULTS, JSON))
    ending = job.is_open and job.dismissed
    japanese, english = (_said(job, lang) for lang in LANGS)
    best = None if job.best is None else BestSoFar(**job.best)
    plan = made if job.process == PLAN else ""
    return JobInfo(
        jobID=job.job_id,
        processID=job.process,
        status="dismissed" if ending else job.status,
        ending=ending,
        message=english,
        message_ja=japanese,
        created=job.created_at,
        started=job.started_at,
        finished=job.ended_at,
        updated=job.updated_at,
        progress=int(100 * job.progress),
        step=job.step,
        gap_pct=None if best is None else best.gap_pct,
        best=best,
        plan_id=plan,
        plan=f"/plans/{plan}" if plan else "",
        links=links,
    )


def _said(job: Job, lang: str) -> str:
    if job.said is not None:
        return told(job.said, lang)
    if job.is_open and job.dismissed:
        return text("job.ending", lang)
    if job.status == "running" and job.step:
        return step_text(job.step, lang)
    return text(f"job.{job.status}", lang)
