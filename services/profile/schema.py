"""
The municipality profile: one TOML file that says all that differs between municipalities.

Nothing in the code depends on one municipality: layers, sources, targets, subsidy ceilings, walking
profiles and limits are read from here, and every breach of the schema is reported at once.
"""

import math
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from geo.errors import NotFoundError
from geo.vocabulary import FREQUENCIES, LEAST_DAYS_PER_WEEK, Frequency
from services.profile.analysis import Analysis, WalkingProfile, default_walking
from services.profile.base import Columns, Identifier, OptionalIdentifier
from services.profile.base import Table as _Table
from services.profile.buildings import Buildings
from services.profile.counts import ActivityCounts
from services.profile.distribution import Distribution
from services.profile.facts import Document, Fact, conflicts
from services.profile.indicators import Indicator
from services.profile.meetings import AgendaTemplate, MeetingKind, UnitSurvey
from services.profile.milestones import Milestone, MilestoneName, MilestoneTable
from services.profile.places import Places, Stops, Venues
from services.profile.planning import Hazards, Planning
from services.profile.provision import Provision
from services.profile.structure import Council, CouncilTable, Union, Units

PROFILE_VERSION = 1
NationalLayout = Literal[
    "",
    "mhlw_kayoinoba",
    "digital_public_facilities",
    "digital_care_services",
    "digital_evacuation_sites",
    "digital_school_districts",
]
"""MHLW's 通いの場のオープンデータ, and layouts of 自治体標準オープンデータセット."""


class Municipality(_Table):
    """Who this profile is for."""

    jis_code: Annotated[str, Field(pattern=r"^\d{5}$")]
    name: str
    name_en: str
    prefecture: str
    plane_epsg: Annotated[int, Field(ge=6669, le=6687)]
    """JGD2011 plane rectangular CRS, zones I to XIX."""
    fictional: bool = False


Sheets = Literal["", "all"] | list[str]
"""Which sheets of a workbook are joined; '' reads the one that fits."""


class Source(_Table):
    """One file, whose it is, and how it is to be read."""

    id: Identifier
    path: str
    """Relative to the folder given with ``--data``, else to the profile's own folder."""
    format: Literal["osm", "overpass", "osmnx", "vector", "csv", "parquet", "raster"]
    title: str
    credit: str
    licence: str
    as_of: str
    """Date of the content as printed by its publisher: 2023-10, 2015."""
    url: str = ""
    note: str = ""
    encoding: str = "auto"
    sheets: Sheets = ""
    """Of a workbook: "all" joins the sheets with the columns asked for, a list those that it names."""
    epsg: int | None = None
    """CRS of the coordinates where the file itself does not say."""
    also: list[str] = Field(default_factory=list)
    """Further files of the same layout: meshes are published by squares of 80 km."""
    product: str = ""
    """Official product of data/boundaries/products.toml: the names of its columns are known."""
    layout: NationalLayout = ""
    """Published layout of a table: its columns are known, and what stands in them is read as it says."""
    layer_name: str = ""
    """Layer of a file that has several: GeoPackage layer, KML folder, TopoJSON object, file in a zip."""
    code_field: str = ""
    """Column that begins with the JIS code; rows of other municipalities are not read."""
    within: bool = False
    """Only what lies in the municipality is read, by its bounding box."""

    @field_validator("epsg")
    @classmethod
    def _is_known(cls, epsg: int | None) -> int | None:
        if epsg is not None:
            import pyproj  # noqa: PLC0415  slow to import, and few sources name a CRS

            try:
                pyproj.CRS.from_epsg(epsg)
            except pyproj.exceptions.CRSError:
                msg = f"there is no CRS EPSG:{epsg}"
                raise ValueError(msg) from None
        return epsg


class Streets(_Table):
    """The walking network."""

    source: Identifier
    snap_limit_m: Annotated[float, Field(gt=0)] = 300.0
    """A home or a place farther than this from any walkable edge stays unsnapped, and is listed."""
    isolated_below_m: Annotated[float, Field(ge=0)] = 1000.0
    """Pieces of the network shorter than this in all are reported and not used."""
    margin_m: Annotated[float, Field(ge=0)] = 1500.0
    """How far beyond the municipality streets are kept: no walk is clipped at the border."""
    join_gaps_m: Annotated[float, Field(ge=0, le=10)] = 0.0
    """A street end that stops short of another street by this or less is joined to it; 0 joins none."""


class GroundFiles(_Table):
    """What lies beside the streets: water, railways, walls, parks, schools, names."""

    source: OptionalIdentifier = ""
    """OpenStreetMap; where it is not given, the file of the streets is looked through."""
    also: list[Identifier] = Field(default_factory=list)
    """Further sources: of the products N02 (railways, stations), W05 (rivers), P29 (schools), or of
    OpenStreetMap. What stands in several is once."""


class Layer(_Table):
    """One set of areas; layers never nest by assumption."""

    id: Identifier
    kind: Identifier
    """Area-kind code: municipality, small_area, neighbourhood, elementary_district, …"""
    label: str
    label_en: str
    tier: Annotated[int, Field(ge=0, le=9)] = 0
    """第n層 as the municipality counts it; 0 where it has none. Shown, never used in logic."""
    source: OptionalIdentifier = ""
    name_field: str = ""
    """Needed unless the source is a product or the areas are made by a method."""
    id_field: str = ""
    """Rows of one id (else of one name) are parts of one area."""
    version: str
    valid_from: date | None = None
    valid_to: date | None = None
    approximate: bool = False
    """推定: borders that stand in for others. Marked in every output."""
    available: bool = True
    """False: declared, but there are no open borders (境界データなし); ``build`` leaves it out."""
    draft: bool = False
    """案: compared before adoption; computed, but in no total and in no council's own view."""
    union: Union | None = None
    """Areas built by joining those of another layer."""
    same_areas_as: OptionalIdentifier = ""
    """Another layer that has the very same areas: 第1層 and 第2層 of a small town."""
    stands_in_for: OptionalIdentifier = ""
    """A layer without borders whose part this one plays; then it is ``approximate``."""
    count: Annotated[int, Field(ge=1)] | None = None
    """How many areas the documents count; another number in the file is noted."""
    area_names: list[str] = Field(default_factory=list)
    """Names of areas that the documents give, for a layer without borders."""
    local_words: list[str] = Field(default_factory=list)
    """What these areas are called there beside ``label``: 行政区 means a hamlet, a ward, a district."""
    note: str = ""
    note_en: str = ""
    method: Literal["", "nearest_site", "union", "mesh"] = ""
    """How areas are made that no file has: the land nearest on foot to each site, small areas united
    by a table 町丁・番地 → 町会, meshes. The first two are always approximate."""
    sites_kinds: list[str] = Field(default_factory=list)
    """nearest_site: only sites of ``source`` of these kinds; else of the product, part of the name."""
    base_layer: OptionalIdentifier = ""
    """union: the layer of the small areas that are united."""
    area_field: str = ""
    lots_field: str = ""
    """union: columns of the small area (name or KEY_CODE) and of its lots, else found by name."""
    points_source: OptionalIdentifier = ""
    """union: 番地 as points, to divide a small area by its lots."""
    halls_source: OptionalIdentifier = ""
    """union: halls of the neighbourhoods, to divide a small area that several share."""
    mesh_side_m: Literal[0, 250, 500, 1000] = 0
    """mesh: nominal side of the meshes."""

    @model_validator(mode="before")
    @classmethod
    def _made_up_is_approximate(cls, table: object) -> object:
        if isinstance(table, dict) and table.get("method") in ("nearest_site", "union"):
            return {**table, "approximate": True}
        return table

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        meshes = self.method == "mesh"
        origins = [self.source != "", self.union is not None, meshes, self.same_areas_as != ""]
        if not self.available:
            if any(origins[:3]) or self.method:
                msg = "a layer with available = false has no source and no union, and no method"
                raise ValueError(msg)
        elif self.method and not (meshes or self.source):
            msg = f"method = {self.method!r} needs a source"
            raise ValueError(msg)
        elif sum(origins) != 1:
            msg = "give one of source, union, same_areas_as, method = 'mesh', or available = false"
            raise ValueError(msg)
        if self.stands_in_for and not self.approximate:
            msg = "a layer that stands in for another is approximate = true"
            raise ValueError(msg)
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            msg = f"valid_from {self.valid_from} is after valid_to {self.valid_to}"
            raise ValueError(msg)
        return self


class RateEstimate(_Table):
    """An age group that is known only as a share of another, the same in every area."""

    age_group: str
    rate_pct: Annotated[float, Field(gt=0, lt=100)]
    of: str = "total"
    origin: str
    """Where the rate comes from; printed with every figure made from it."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


class Population(_Table):
    """Residents by age group per area of one layer."""

    source: Identifier
    layer: Identifier
    name_field: str = ""
    id_field: str = ""
    """Rows are matched by id where this is given, else by name."""
    age_groups: dict[str, Columns]
    """Age group → column: ``"65+" = "65歳以上"``, or columns to add: ``["man14", "woman14"]``.
    ``total`` is everybody."""
    rows: dict[str, str | list[str]] = Field(default_factory=dict)
    """Column → value, or values: only these rows are read. ``{ "性別" = "計" }``."""
    matches: dict[str, str] = Field(default_factory=dict)
    """Saved matches: name in the table → name in the layer."""
    bands: bool = False
    """Age groups with an empty column are summed from the age bands that the header names."""
    units: dict[str, Literal["persons", "households"]] = Field(default_factory=dict)
    """Unit of an age group where it is not persons: ``single_65+ = "households"``."""
    year_field: str = ""
    """Column of the date where one table holds several; ``year`` is the run's."""
    year: str = ""
    dash_is_suppressed: bool = False
    """「－」 means nobody in official tables; true where the table's legend says not published."""
    suppressed_max: Annotated[float, Field(ge=0)] | None = None
    """The most that a suppressed count can be; else the row's total."""
    lon_field: str = ""
    lat_field: str = ""
    """A point per row: residents of a row without an area stand there, and are not lost."""
    estimate_from_rate: Annotated[list[RateEstimate], BeforeValidator(_as_list)] = Field(
        default_factory=list
    )
    """One table or several: 65+ = total × ageing rate, marked as an estimate in every output."""
    distribution: Distribution | None = None
    """Meshes that tell where within an area its residents live; the areas' totals hold."""

    @property
    def groups(self) -> list[str]:
        """Return the age groups of the table and those that are estimated."""
        return [*self.age_groups, *self.estimated_groups]

    @property
    def estimated_groups(self) -> list[str]:
        """Return the age groups that are shares of others."""
        return [estimate.age_group for estimate in self.estimate_from_rate]

    @model_validator(mode="after")
    def _estimates(self) -> Self:
        for estimate in self.estimate_from_rate:
            if estimate.age_group in self.age_groups:
                msg = f"{estimate.age_group} is a column, it cannot be estimated as well"
                raise ValueError(msg)
            if estimate.of not in self.age_groups:
                msg = f"{estimate.age_group} is a share of {estimate.of}, which is no column"
                raise ValueError(msg)
        if bool(self.lon_field) != bool(self.lat_field):
            msg = "lon_field and lat_field go together"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if not (self.name_field or self.id_field or self.bands):
            msg = "name_field or id_field is needed (or bands = true, which recognises them)"
            raise ValueError(msg)
        return self


class PopulationSeries(_Table):
    """Residents at another date, or as projected for one; shown beside the run, never part of it."""

    source: Identifier
    date: str = ""
    """2015, 2030; may be empty with ``year_field``."""
    projection: bool = False
    name_field: str = ""
    id_field: str = ""
    age_groups: dict[str, Columns]
    rows: dict[str, str | list[str]] = Field(default_factory=dict)
    bands: bool = False
    year_field: str = ""
    origin: str = ""


class Elevation(_Table):
    """Ground elevation, for climb along a route."""

    source: Identifier


class FrequencyRules(_Table):
    """When a schedule is weekly or permanent."""

    permanent_min_days_per_week: Annotated[int, Field(ge=2, le=7)] = LEAST_DAYS_PER_WEEK[
        FREQUENCIES[-1]
    ]
    origin: str = "assumed"


class Requirements(_Table):
    """What is asked of a gathering place; a rule that is not given is not asked."""

    min_frequency: Frequency | None = None
    min_hours: Annotated[float, Field(gt=0)] | None = None
    min_floor_area_m2: Annotated[float, Field(gt=0)] | None = None
    min_tatami: Annotated[float, Field(gt=0)] | None = None
    min_exercise_minutes: Annotated[float, Field(gt=0)] | None = None
    origin: str = ""
    conditions: list[str] = Field(default_factory=list)
    """Conditions that no figure can check, in words."""


class Qualification(Requirements):
    """What a municipality asks of every gathering place."""

    counts_only_qualifying: bool = False
    """Leave places that fail out of coverage; they are listed all the same."""


class RuleSet(Requirements):
    """What one programme asks of its places; several stand side by side, and change no other figure."""

    id: Identifier
    label: str
    label_en: str = ""
    accepts: list[str] = Field(default_factory=list)
    """Kinds of places, or ids of programmes, that it is about; [] for every place."""
    open_to_all: bool = False
    """The place must be open to everybody."""


class Target(_Table):
    """A number of places of a frequency class, or one per area of a layer."""

    frequency: Frequency
    layer: Identifier
    """The layer need not have polygons: then places are counted, not areas that have one."""
    number: Annotated[int, Field(gt=0)]
    kind: str = ""
    """Only places of this kind, by their own frequency; '' for any place, by that of its venue."""
    approximate: bool = False
    label: str
    label_en: str
    origin: str


class Subsidies(_Table):
    """Ceilings in yen a year, and once for opening; one that is left out is not known."""

    monthly_max_yen: Annotated[int, Field(ge=0)] | None = None
    weekly_max_yen: Annotated[int, Field(ge=0)] | None = None
    permanent_max_yen: Annotated[int, Field(ge=0)] | None = None
    opening_max_yen: Annotated[int, Field(ge=0)] | None = None
    origin: str = ""

    @property
    def are_known(self) -> bool:
        """Say whether there is any ceiling; without one nothing is said of money."""
        return any(value is not None for value in self.model_dump(exclude={"origin"}).values())

    def yearly_max_yen(self, frequency: str) -> float:
        """Return the most that a place of a class is paid in a year: 0 without a class, NaN unknown."""
        if frequency not in FREQUENCIES:
            return 0.0
        return _or_nan(getattr(self, f"{frequency}_max_yen"))

    def first_max_yen(self) -> float:
        """Return the most that is paid once for opening, NaN where it is not known."""
        return _or_nan(self.opening_max_yen)


def _or_nan(yen: int | None) -> float:
    return math.nan if yen is None else float(yen)


class Privacy(_Table):
    """What may leave."""

    small_number: Annotated[int, Field(ge=0)] = 10
    """Counts of residents from 1 up to one below this are told as 「10人未満」, and a private home's
    cell holds at least as many dwellings."""
    blur_m: Annotated[float, Field(ge=0)] = 150.0
    """Private homes stand at the centres of cells of this size, or of a wider one."""
    rounding_base: Annotated[int, Field(ge=1)] = 5
    """The public view counts residents in multiples of this."""
    residents_published: bool = False
    """The very counts of residents are public already: the public view counts them as they are."""
    residents_published_url: str = ""
    """Where they are."""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.residents_published and not self.residents_published_url:
            msg = "residents_published needs the address: residents_published_url"
            raise ValueError(msg)
        return self


class Profile(_Table):
    """A municipality as data."""

    profile_version: Literal[1]
    municipality: Municipality
    sources: list[Source]
    streets: Streets
    layers: list[Layer]
    population: Population
    population_series: list[PopulationSeries] = Field(default_factory=list)
    buildings: Buildings | None = None
    elevation: Elevation | None = None
    ground: GroundFiles = Field(default_factory=GroundFiles)
    venues: list[Venues] = Field(default_factory=list)
    places: list[Places] = Field(default_factory=list)
    stops: Stops | None = None
    hazards: list[Hazards] = Field(default_factory=list)
    planning: Planning = Field(default_factory=Planning)
    walking_profiles: list[WalkingProfile] = Field(default_factory=default_walking)
    frequency: FrequencyRules = Field(default_factory=FrequencyRules)
    qualification: Qualification = Field(default_factory=Qualification)
    rule_sets: list[RuleSet] = Field(default_factory=list)
    targets: list[Target] = Field(default_factory=list)
    subsidies: Subsidies = Field(default_factory=Subsidies)
    provision: Provision = Field(default_factory=Provision)
    analysis: Analysis
    privacy: Privacy = Field(default_factory=Privacy)
    units: Units = Field(default_factory=Units)
    councils: list[Council] = Field(default_factory=list)
    council_table: CouncilTable | None = None
    milestone_names: list[MilestoneName] = Field(default_factory=list)
    milestones: list[Milestone] = Field(default_factory=list)
    indicators: list[Indicator] = Field(default_factory=list)
    activity_counts: list[ActivityCounts] = Field(default_factory=list)
    milestone_tables: list[MilestoneTable] = Field(default_factory=list)
    meeting_kinds: list[MeetingKind] = Field(default_factory=list)
    agenda_templates: list[AgendaTemplate] = Field(default_factory=list)
    unit_surveys: list[UnitSurvey] = Field(default_factory=list)
    documents: list[Document] = Field(default_factory=list)
    facts: list[Fact] = Field(default_factory=list)

    def source(self, source_id: str) -> Source:
        """Return the source with this id."""
        return next(source for source in self.sources if source.id == source_id)

    def layer(self, layer_id: str) -> Layer:
        """Return the layer with this id."""
        for layer in self.layers:
            if layer.id == layer_id:
                return layer
        names = ", ".join(layer.id for layer in self.layers)
        raise NotFoundError(
            "there is no layer {layer_id!r}; the layers are {names}", layer_id=layer_id, names=names
        )

    def conflicts(self) -> dict[str, list[Fact]]:
        """Return the facts that disagree, all of them, by what they tell."""
        return conflicts(self.facts)

    def walking(self) -> WalkingProfile:
        """Return the walking profile of the analysis."""
        wanted = self.analysis.walking_profile
        return next(walking for walking in self.walking_profiles if walking.id == wanted)
