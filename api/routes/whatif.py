"""What if: the figures of one layer after places open, close, move or meet more or less often."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.deps import EditionDep
from api.errors import Problem
from geo.vocabulary import FREQUENCIES
from services.words.texts import choices
from services.words.vocabulary import TrialAction

router = APIRouter(tags=["数字"])

EDITS_MOST = 100


class EditBody(BaseModel):
    """One thing to try."""

    model_config = ConfigDict(extra="forbid")

    action: TrialAction
    place_id: str | None = Field(None, description="場のID（close、move、change）")
    venue_id: str | None = Field(None, description="会場のID（open、move）")
    lon: float | None = Field(None, description="経度（度）")
    lat: float | None = Field(None, description="緯度（度）")
    frequency: str | None = Field(
        None, description=f"{choices(FREQUENCIES, 'ja')}、または「毎週火曜日」（open、change）"
    )


class WhatIfBody(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    layer: str | None = Field(None, description="区分。なければ協議体の区域")
    age_group: str | None = Field(None, description="年齢。なければ計算の条件")
    edits: list[EditBody] = Field(min_length=1, max_length=EDITS_MOST)


@router.post(
    "/whatif",
    summary="もしこうしたら（場を開く・閉じる・移す・回数を変える）",
    responses={404: {"model": Problem}, 422: {"model": Problem}},
)
def whatif(edition: EditionDep, body: WhatIfBody) -> dict[str, Any]:
    """Return the figures before and after, for all limits, of the areas that change; store nothing."""
    edits = [edit.model_dump() for edit in body.edits]
    return edition.whatif(body.layer, edits, body.age_group)
