"""Figures: the one sentence, what stands behind it, and the streets it was walked on."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import needs
from api.blobs import send
from api.deps import AskedDep, AskedWeekDep, EditionDep
from api.errors import Problem
from api.links import GEOJSON
from api.models import Summary, Week

router = APIRouter(tags=["Figures"], dependencies=[needs("read")])


@router.get(
    "/summary",
    summary="Figures of the one sentence",
    responses={404: {"model": Problem}},
)
def summary(edition: EditionDep, asked: AskedDep) -> Summary:
    """Return how many residents are reached, of an area or of the whole municipality."""
    return Summary.model_validate(edition.summary(asked))


@router.get(
    "/slots",
    summary="Figures by weekday and half-day",
    responses={404: {"model": Problem}},
)
def slots(edition: EditionDep, asked: AskedWeekDep) -> Week:
    """Return how many residents have a place on each weekday and half of the day."""
    return Week.model_validate(edition.week(asked))


@router.get("/about", summary="Assumptions and sources")
def about(edition: EditionDep) -> dict[str, Any]:
    """Return parameters with origins, sources with licences, what can be asked for."""
    return dict(edition.about)


@router.get(
    "/streets",
    summary="Streets (GeoJSON)",
    response_class=Response,
    responses={
        200: {
            "content": {GEOJSON: {}},
            "description": "Streets that are reached, and those that are not",
        }
    },
)
def streets(request: Request, edition: EditionDep) -> Response:
    """Return the walking network, cut where reach ends."""
    return send(request, edition.streets, GEOJSON)
