"""Bodies of the answers in JSON; features themselves are GeoJSON."""

from typing import Literal

from pydantic import BaseModel, Field

from services.words.vocabulary import JobStatus


class Link(BaseModel):
    """An address and what is there."""

    href: str
    rel: str
    type: str
    title: str = ""


class Landing(BaseModel):
    """The way in for programs."""

    title: str
    description: str
    links: list[Link]


class Conformance(BaseModel):
    """Conformance classes of OGC API – Features that are fulfilled to the letter."""

    conformsTo: list[str]  # noqa: N815  the standard's name


class SpatialExtent(BaseModel):
    """Boxes in degrees."""

    bbox: list[tuple[float, float, float, float]]
    crs: str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class Extent(BaseModel):
    """Where the features are."""

    spatial: SpatialExtent


class CollectionInfo(BaseModel):
    """One collection: its properties can all be used as filters."""

    id: str
    title: str
    title_en: str
    extent: Extent | None
    itemType: Literal["feature"] = "feature"  # noqa: N815  the standard's name
    properties: dict[str, str] = Field(description="項目 → JSONの型")
    links: list[Link]


class CollectionList(BaseModel):
    """All collections."""

    links: list[Link]
    collections: list[CollectionInfo]


class Share(BaseModel):
    """What of one of the municipality's targets falls to an area."""

    label: str
    label_en: str
    frequency: str
    counts: Literal["areas", "places"] = Field(description="区域の数か、場の数か")
    share: int = Field(description="この地域の分。すべての区域の分を足すと目標になる")
    existing: int
    planned: int = Field(description="協議体が採用し、まだ開いていないもの")
    missing: int
    approximate: bool


class Summary(BaseModel):
    """The figures of the one sentence; null where they are not public."""

    layer: str | None
    area_id: str | None
    area_name: str
    frequency: str
    age_group: str
    profile: str = Field(description="歩き方")
    walk_limit_m: float | None
    walk_limit_min: float | None
    residents: float | None
    reached: float | None
    unreached: float | None
    coverage_pct: float | None
    circle_coverage_pct: float | None
    suppressed: bool
    approximate: bool
    gaps: dict[str, int] | None = Field(
        description="区域のしるしの数。ほとんどの部分が入る区域がなければ null"
    )
    shares: list[Share] = Field(description="市の目標のうち、協議体の区域の分")


class Slot(BaseModel):
    """A weekday and a half of the day."""

    weekday: int = Field(description="0は月曜")
    half_day: Literal["am", "pm"] = Field(description="午前、午後（夜も）")
    reached: float | None
    coverage_pct: float | None
    places_n: int = Field(description="区域のなかの場")


class Week(BaseModel):
    """Who has a place on which weekday and half of the day; null where it is not public."""

    layer: str | None
    area_id: str | None
    area_name: str
    frequency: str
    age_group: str
    profile: str = Field(description="歩き方")
    walk_limit_m: float | None
    walk_limit_min: float | None
    residents: float | None
    suppressed: bool
    slots: list[Slot]
    reached_combined: float | None = Field(
        description="どの会場も毎週ではないが、いくつかの会場を合わせれば毎週どこかに場がある人"
    )
    combined_pct: float | None
    sentences: list[str]
    sentences_en: list[str]


class Health(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str


class BestSoFar(BaseModel):
    """The best plan that a search has found so far, and how good any could be."""

    plan: int = Field(ge=1, description="いくつ目の案か")
    goal: str = Field(description="いま調べている目標")
    goal_number: int = Field(ge=1, description="いくつ目の目標か")
    goals_n: int = Field(ge=1, description="目標の数")
    value: float | None = Field(description="いまの案の値。人数は小さな数の単位に丸めたもの")
    bound: float | None = Field(description="どの案も超えない値。まだわからなければ null")
    gap_pct: float | None = Field(description="値と bound の差（％）。まだわからなければ null")
    chosen: list[str] = Field(description="いまの案の候補地の番号")
    newly_reached: float | None = Field(description="新たに届く人（丸めたもの）。小さな数は null")
    first_year_yen: float = Field(description="初年度の費用の上限（円）")


class JobInfo(BaseModel):
    """How far a job is, and the plan that came out of it."""

    job_id: str
    status: JobStatus
    step: str
    progress: float = Field(ge=0, le=1, description="0〜1")
    gap_pct: float | None = Field(description="いまの案と最適との差（％）。まだわからなければ null")
    best: BestSoFar | None = Field(description="いまのところ最もよい案。まだなければ null")
    plan_id: str
    plan: str
    error: str
    error_ja: str
