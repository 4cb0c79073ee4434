"""Bodies of the answers in JSON; features themselves are GeoJSON."""

from typing import Any, Literal

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
    """Conformance classes of OGC standards that are fulfilled to the letter."""

    conformsTo: list[str]  # noqa: N815  the standard's name


class SpatialExtent(BaseModel):
    """Boxes in degrees."""

    bbox: list[tuple[float, float, float, float]]
    crs: str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class TemporalExtent(BaseModel):
    """First and last day; null where there is none."""

    interval: list[tuple[str | None, str | None]]
    trs: str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


class Extent(BaseModel):
    """Where and when the features are."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = None


class CollectionInfo(BaseModel):
    """One collection: its properties can all be used as filters."""

    id: str
    title: str
    title_en: str
    extent: Extent | None = None
    itemType: Literal["feature"] = "feature"  # noqa: N815  the standard's name
    crs: list[str] = Field(description="CRS that features are given in, as addresses")
    storageCrs: str = Field(description="CRS that features are kept in")  # noqa: N815
    properties: dict[str, str] = Field(description="Property → its type in JSON")
    links: list[Link]


class CollectionList(BaseModel):
    """All collections."""

    links: list[Link]
    crs: list[str] = Field(description="CRS that features are given in, as addresses")
    collections: list[CollectionInfo]


class Share(BaseModel):
    """What of one of the municipality's targets falls to an area."""

    label: str
    label_en: str
    frequency: str
    counts: Literal["areas", "places"] = Field(description="Whether areas or places are counted")
    share: int = Field(
        description="What falls to this area; those of all areas add up to the target"
    )
    existing: int
    planned: int = Field(description="Adopted by a council, and not open yet")
    missing: int
    approximate: bool


class Summary(BaseModel):
    """The figures of the one sentence; null where there is nobody."""

    layer: str | None
    area_id: str | None
    area_name: str
    frequency: str
    age_group: str
    profile: str = Field(description="Walking profile")
    walk_limit_m: float | None
    walk_limit_min: float | None
    residents: float | None
    reached: float | None
    unreached: float | None
    coverage_pct: float | None
    reached_with_unknown: float | None = Field(
        description="Residents reached if every place of unknown days met that often"
    )
    coverage_with_unknown_pct: float | None
    places_unknown_n: int = Field(description="Places in the area whose days nobody knows")
    circle_coverage_pct: float | None
    approximate: bool
    assumed: list[str] = Field(description="What is estimated or assumed; empty where nothing is")
    assumed_en: list[str]
    gaps: dict[str, int] | None = Field(
        description="How many units bear each sign; null where none lies mostly in the area"
    )
    shares: list[Share] = Field(
        description="What of the municipality's targets falls to the council's area"
    )


class Slot(BaseModel):
    """A weekday and a half of the day."""

    weekday: int = Field(description="0 is Monday")
    half_day: Literal["am", "pm"] = Field(description="Morning, or afternoon with the evening")
    reached: float | None
    coverage_pct: float | None
    reached_with_unknown: float | None = Field(
        description="Those reached if places of unknown days or hours met then, too"
    )
    places_n: int = Field(description="Places in the area")


class Week(BaseModel):
    """Who has a place on which weekday and half of the day."""

    layer: str | None
    area_id: str | None
    area_name: str
    frequency: str
    age_group: str
    profile: str = Field(description="Walking profile")
    walk_limit_m: float | None
    walk_limit_min: float | None
    residents: float | None
    slots: list[Slot]
    reached_combined: float | None = Field(
        description="Residents who have a place every week only with several halls taken together"
    )
    combined_pct: float | None
    sentences: list[str]
    sentences_en: list[str]
    assumed: list[str] = Field(description="What is estimated or assumed; empty where nothing is")
    assumed_en: list[str]


class Check(BaseModel):
    """One thing that was looked at; the sentences say what is wrong and the way out."""

    ok: bool
    detail: str = ""
    detail_ja: str = ""


class Health(BaseModel):
    """How the server is."""

    status: Literal["ok", "failing"]
    version: str
    checks: dict[str, Check] = Field(description="result, registry and, where it writes, disk")


class BestSoFar(BaseModel):
    """The best plan that a search has found so far, and how good any could be."""

    plan: int = Field(ge=1, description="Which plan it is, from 1")
    goal: str = Field(description="The goal that is looked at")
    goal_number: int = Field(ge=1, description="Which goal it is, from 1")
    goals_n: int = Field(ge=1, description="Number of goals")
    value: float | None = Field(
        None,
        description="Value of the plan so far; persons are rounded to the unit of small counts",
    )
    bound: float | None = Field(
        None, description="What no plan can exceed; null while it is not known"
    )
    gap_pct: float | None = Field(
        None, description="Between value and bound, in per cent; null while it is not known"
    )
    chosen: list[str] = Field(description="Ids of the candidates of the plan so far")
    newly_reached: float | None = Field(
        None, description="Newly reached, rounded; null for a small count"
    )
    first_year_yen: float | None = Field(
        None, description="Ceiling of the first year's cost, in yen; null where it is not known"
    )


class JobInfo(BaseModel):
    """How far a job is, and what came out of it; a job that was asked to end may still be ending."""

    jobID: str  # noqa: N815  the standard's name
    processID: str  # noqa: N815  the standard's name
    type: Literal["process"] = "process"
    status: JobStatus
    ending: bool = Field(description="Asked to end, and still at work: the best so far is kept")
    message: str
    message_ja: str
    created: str
    started: str | None = None
    finished: str | None = None
    updated: str
    progress: int = Field(ge=0, le=100, description="In per cent")
    step: str
    gap_pct: float | None = Field(
        None,
        description="Between the plan so far and the best there can be, in per cent; null while it is not known",
    )
    best: BestSoFar | None = Field(
        None, description="The best plan so far; null while there is none"
    )
    plan_id: str
    plan: str
    links: list[Link]


class JobList(BaseModel):
    """Jobs that were asked for from here."""

    jobs: list[JobInfo]
    links: list[Link]


class ProcessSummary(BaseModel):
    """Something that can be asked for."""

    id: str
    title: str
    description: str
    version: str
    jobControlOptions: list[str]  # noqa: N815  the standard's name
    outputTransmission: list[str]  # noqa: N815  the standard's name
    links: list[Link]


class ProcessList(BaseModel):
    """All that can be asked for."""

    processes: list[ProcessSummary]
    links: list[Link]


class ProcessInput(BaseModel):
    """One thing that a process is told."""

    title: str
    description: str
    minOccurs: int  # noqa: N815  the standard's name
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema")


class ProcessInfo(ProcessSummary):
    """Something that can be asked for, with its inputs and what comes out."""

    inputs: dict[str, ProcessInput]
    outputs: dict[str, dict[str, Any]]


class Execute(BaseModel):
    """What a process is asked; other members of the standard are not looked at."""

    inputs: dict[str, Any] = Field(
        default_factory=dict, description="As the process describes them"
    )
    response: Literal["raw", "document"] = Field(
        "raw", description="The answer by itself, or under the name of the output"
    )
