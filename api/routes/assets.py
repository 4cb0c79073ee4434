"""What the pages load: their own files, the map library and a font, all from this machine."""

import hashlib
import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from api.access import needs
from api.deps import SettingsDep
from geo.errors import NotFoundError
from geo.vocabulary import FREQUENCIES, GAP_CLASSES, TARGET, UNTOLD_GAPS
from services.drawing import backdrop, signs
from services.drawing.fonts import japanese_font
from services.drawing.styles import maplibre
from services.drawing.styles.sprite import sprite
from services.edits.proposals import REMARK_MOST
from services.words.texts import Lang, catalogue
from services.words.vocabulary import (
    FINAL_STATUSES,
    NEXT_STATUSES,
    OPEN_STATUSES,
    PROPOSAL_KINDS,
    PROPOSAL_ROLES,
    RESIDENTS_OF,
)

router = APIRouter(include_in_schema=False, dependencies=[needs("read")])

_UNSEEN = (
    *("cli.", "reason.", "doctor.", "api.", "account.", "meeting.", "registry.", "signin."),
    *("city.", "column.", "fact.", "indicator.", "milestone."),
)
"""Beginnings of the keys of the catalogue that a page never says."""

_OF_ACCOUNT = ("account.", "role.", "date.", "text.", "page.unreachable", "page.noAnswer")
"""Beginnings of those that the page of an account says."""

_NOT_KEPT = {"cache-control": "no-cache"}

_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}


@router.get("/assets/maplibre-gl.{kind}")
def library(kind: str, settings: SettingsDep) -> FileResponse:
    """Return the script or the style of MapLibre GL."""
    if f".{kind}" not in _MEDIA_TYPES:
        raise NotFoundError("there is no maplibre-gl.{kind}", kind=kind)
    path = _library() / f"maplibre-gl.{kind}"
    return FileResponse(
        path, media_type=_MEDIA_TYPES[path.suffix], headers=_kept(settings.library_max_age_s)
    )


@router.get("/assets/vocabulary.js")
def vocabulary() -> Response:
    """Return the closed vocabularies with their signs and colours, as a module of the page."""
    tables = {
        "FREQUENCIES": FREQUENCIES,
        "TARGET": TARGET,
        "GAPS": GAP_CLASSES,
        "UNTOLD_GAPS": UNTOLD_GAPS,
        "PLACE_SIGNS": {name: asdict(sign) for name, sign in signs.PLACE_SIGNS.items()},
        "GAP_SIGNS": {name: asdict(sign) for name, sign in signs.GAP_SIGNS.items()},
        "REACH_COLOURS": signs.REACH_COLOURS,
        "SHARE_COLOURS": signs.SHARE_COLOURS,
        "NO_SHARE": signs.NO_SHARE,
        "LAND": signs.LAND,
        "BORDER": signs.BORDER,
        "COUNCIL_BORDER": signs.COUNCIL_BORDER,
        "GROUND_PARTS": maplibre.ground_parts(),
        "GROUND_SIGNS": {kind: asdict(sign) for kind, sign in backdrop.GROUND_SIGNS.items()},
        "GROUND_KEYS": backdrop.GROUND_KEYS,
        "CANDIDATE_COLOUR": signs.GREEN,
        "DECISION_SIGNS": signs.DECISION_SIGNS,
        "NEXT_STATUSES": NEXT_STATUSES,
        "FINAL_STATUSES": FINAL_STATUSES,
        "OPEN_STATUSES": OPEN_STATUSES,
        "SCENARIO_SIGNS": signs.SCENARIO_SIGNS,
        "EDIT_SIGNS": {name: asdict(sign) for name, sign in signs.EDIT_SIGNS.items()},
        "RESIDENTS_OF": RESIDENTS_OF,
        "PROPOSAL_KINDS": PROPOSAL_KINDS,
        "PROPOSAL_ROLES": PROPOSAL_ROLES,
        "PROPOSAL_REMARK_MOST": REMARK_MOST,
    }
    lines = [f"export const {name} = {json.dumps(table)};\n" for name, table in tables.items()]
    return Response("".join(lines), media_type="text/javascript", headers=_NOT_KEPT)


@router.get("/assets/sprite.{kind}")
@router.get("/assets/sprite@2x.{kind}")
def signs_of_styles(request: Request, kind: str) -> Response:
    """Return the signs and patterns that styles name: the image, and where each is in it."""
    index, image = sprite(2 if "@2x" in request.url.path else 1)
    if kind == "json":
        return Response(index, media_type="application/json", headers=_NOT_KEPT)
    if kind == "png":
        return Response(image, media_type="image/png", headers=_NOT_KEPT)
    raise NotFoundError("there is no sprite.{kind}", kind=kind)


@router.get("/words/{lang}.json")
def words(lang: Lang, request: Request, of: Literal["map", "account"] = "map") -> Response:
    """Return the words of one language that a page says, key by key."""
    said = {
        key: text
        for key, text in catalogue(lang).items()
        if (key.startswith(_OF_ACCOUNT) if of == "account" else not key.startswith(_UNSEEN))
    }
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/assets/japanese.ttf")
def font(settings: SettingsDep) -> FileResponse:
    """Return a Japanese font for machines that have none; others never ask for it."""
    return FileResponse(
        japanese_font(), media_type="font/ttf", headers=_kept(settings.library_max_age_s)
    )


def _library() -> Path:
    # The package is located, not imported: importing it would load its widgets as well.
    spec = find_spec("maplibre")
    if spec is None or spec.origin is None:
        raise NotFoundError("the package maplibre is missing; install arukeba again")
    return Path(spec.origin).parent / "srcjs"


def _kept(seconds: int) -> dict[str, str]:
    return {"cache-control": f"public, max-age={seconds}"}
