"""
The municipality profile: one TOML file that says all that differs between municipalities.

Nothing in the code depends on one municipality: layers, sources, targets, subsidy ceilings, walking
profiles and limits are read from here, and every breach of the schema is reported at once.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo.errors import InvalidInputError, NotFoundError
from services.intake.products import products

PROFILE_VERSION = 1

Frequency = Literal["monthly", "weekly", "permanent"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Municipality(_Table):
    """Who this profile is for."""

    jis_code: Annotated[str, Field(pattern=r"^\d{5}$")]
    name: str
    name_en: str
    prefecture: str
    plane_epsg: Annotated[int, Field(ge=6669, le=6687)]
    """JGD2011 plane rectangular CRS, zones I to XIX."""
    fictional: bool = False


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
    epsg: int | None = None
    """CRS of the coordinates where the file itself does not say."""
    also: list[str] = Field(default_factory=list)
    """Further files of the same layout: meshes are published by squares of 80 km."""
    product: str = ""
    """Official product of data/boundaries/products.toml: the names of its columns are known."""
    layer_name: str = ""
    """Layer of a file that has several: GeoPackage layer, KML folder, TopoJSON object, file in a zip."""
    code_field: str = ""
    """Column that begins with the JIS code; rows of other municipalities are not read."""
    within: bool = False
    """Only what lies in the municipality is read, by its bounding box."""


class Streets(_Table):
    """The walking network."""

    source: Identifier
    snap_limit_m: Annotated[float, Field(gt=0)] = 300.0
    """A home or a place farther than this from any walkable edge stays unsnapped, and is listed."""
    isolated_below_m: Annotated[float, Field(ge=0)] = 1000.0
    """Pieces of the network shorter than this in all are reported and not used."""
    margin_m: Annotated[float, Field(ge=0)] = 1500.0
    """How far beyond the municipality streets are kept: no walk is clipped at the border."""


class Layer(_Table):
    """One set of areas; layers never nest by assumption."""

    id: Identifier
    kind: Identifier
    """Area-kind code: municipality, small_area, neighbourhood, elementary_district, …"""
    label: str
    label_en: str
    tier: Annotated[int, Field(ge=0, le=3)] = 0
    """第n層 as the municipality counts it; 0 where it has none. Shown, never used in logic."""
    source: Identifier
    name_field: str = ""
    """Needed unless the source is a product or the areas are made by a method."""
    id_field: str = ""
    """Rows of one id (else of one name) are parts of one area."""
    version: str
    valid_from: date | None = None
    valid_to: date | None = None
    approximate: bool = False
    """推定: borders that stand in for others. Marked in every output."""
    method: Literal["", "nearest_site", "union", "mesh"] = ""
    """How areas are made that no file has: cells of the nearest site on foot, small areas united by
    a table, meshes. The first two are always approximate."""
    sites_source: str = ""
    """nearest_site: the sites, else ``source`` itself."""
    sites_kinds: list[str] = Field(default_factory=list)
    """nearest_site: only sites of these kinds; the kinds of the product, else part of the name."""
    base_layer: str = ""
    """union: the layer of the small areas that are united."""
    area_field: str = ""
    lots_field: str = ""
    """union: columns of the small area (name or KEY_CODE) and of its lots, else found by name."""
    points_source: str = ""
    """union: 番地 as points, to divide a small area by its lots."""
    halls_source: str = ""
    """union: halls of the neighbourhoods, to divide a small area that several share."""
    mesh_side_m: Literal[0, 250, 500, 1000] = 0
    """mesh: nominal side of the meshes."""

    @model_validator(mode="before")
    @classmethod
    def _made_up_is_approximate(cls, table: object) -> object:
        if isinstance(table, dict) and table.get("method") in ("nearest_site", "union"):
            return {**table, "approximate": True}
        return table


class Filter(_Table):
    """Rows whose ``field`` contains one of ``contains``."""

    field: str
    contains: list[str]


class KindRule(_Table):
    """A venue whose name contains ``contains`` is of this kind; the first rule that fits counts."""

    contains: str
    kind: str


class Population(_Table):
    """Residents by age group per area of one layer."""

    source: Identifier
    layer: Identifier
    name_field: str = ""
    id_field: str = ""
    """Rows are matched by id where this is given, else by name."""
    age_groups: dict[str, str]
    """Age group → column: ``"65+" = "65歳以上"``. ``total`` is everybody."""
    matches: dict[str, str] = Field(default_factory=dict)
    """Saved matches: name in the table → name in the layer."""

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if not (self.name_field or self.id_field):
            msg = "name_field or id_field is needed"
            raise ValueError(msg)
        return self


class Buildings(_Table):
    """Where residents live inside an area: in proportion to residential floor area."""

    source: Identifier
    lon_field: str = "lon"
    lat_field: str = "lat"
    """Read for formats without geometry (parquet, csv)."""
    footprint_field: str = ""
    """Footprint in m²; where empty, the polygon's own area."""
    height_field: str = ""
    storeys_field: str = ""
    usage_field: str = ""
    residential_usages: list[str] = Field(default_factory=list)
    storey_height_m: Annotated[float, Field(gt=0)] = 3.0


class Elevation(_Table):
    """Ground elevation, for climb along a route."""

    source: Identifier


class Venues(_Table):
    """Real venues where a place could open."""

    source: Identifier
    name_field: str = ""
    """Needed unless the source is a product."""
    kind: str = ""
    kind_field: str = ""
    kinds: list[KindRule] = Field(default_factory=list)
    where: Filter | None = None
    address_field: str = ""
    lon_field: str = ""
    lat_field: str = ""


class Places(_Table):
    """Gathering places that exist."""

    source: Identifier
    name_field: str
    schedule_field: str = ""
    schedule_text: str = ""
    """One schedule for every row, where the source has no such column."""
    venue_field: str = ""
    group_field: str = ""
    kind: str = ""
    kind_field: str = ""
    address_field: str = ""
    lon_field: str = ""
    lat_field: str = ""
    status_field: str = ""
    opened_field: str = ""
    verified_field: str = ""
    private_home_kinds: list[str] = Field(default_factory=lambda: ["個人宅", "自宅", "民家"])
    where: Filter | None = None
    stand_in: str = ""
    """Where the rows only stand in for real places: the sentence that says so on every output."""


class WalkingProfile(_Table):
    """How somebody walks, on the street and on the leg off it."""

    id: Identifier
    label: str
    label_en: str
    speed_m_per_min: Annotated[float, Field(gt=0)]
    origin: str
    """Where the figure comes from; printed on every output."""


class FrequencyRules(_Table):
    """When a schedule is weekly or permanent."""

    permanent_min_days_per_week: Annotated[int, Field(ge=2, le=7)] = 3
    origin: str = "arukeba の仮定（資料に定義なし）"


class Target(_Table):
    """A number of places of a frequency class, or one per area of a layer."""

    frequency: Frequency
    layer: Identifier
    """The layer need not have polygons: then places are counted, not areas that have one."""
    number: Annotated[int, Field(gt=0)]
    approximate: bool = False
    label: str
    label_en: str
    origin: str


class Subsidies(_Table):
    """Ceilings in yen a year, and once for opening."""

    monthly_max_yen: Annotated[int, Field(ge=0)] = 0
    weekly_max_yen: Annotated[int, Field(ge=0)] = 0
    permanent_max_yen: Annotated[int, Field(ge=0)] = 0
    opening_max_yen: Annotated[int, Field(ge=0)] = 0
    origin: str = ""


class Analysis(_Table):
    """What is asked, with the origin of every assumption."""

    gap_layer: Identifier
    """The unit that should have a place: 町会 where polygons exist, else small areas."""
    council_layer: Identifier
    """The layer whose areas have a council."""
    walk_limit_m: Annotated[float, Field(gt=0)] = 500.0
    walk_limits_m: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [300.0, 500.0, 800.0, 1000.0]
    )
    walk_limit_origin: str = (
        "国土交通省「都市構造の評価に関するハンドブック」の高齢者の一般的な徒歩圏500m（孫引き）"
    )
    age_group: str = "65+"
    walking_profile: Identifier = "standard"
    needs_transport_below: Annotated[float, Field(ge=0)] = 20.0
    """A unit where no site has this many residents of the age group within the limit."""
    needs_transport_origin: str = "arukeba の仮定（資料に定義なし）"
    candidates_max: Annotated[int, Field(gt=0)] = 30


class Privacy(_Table):
    """What may leave."""

    small_number: Annotated[int, Field(ge=0)] = 10
    """Counts of residents from 1 up to one below this are not shown."""
    blur_m: Annotated[float, Field(ge=0)] = 150.0
    """Private homes are shown on a grid of this size."""


def _default_walking() -> list[WalkingProfile]:
    return [
        WalkingProfile(
            id="standard",
            label="ふつう 60m/分",
            label_en="Standard, 60 m/min",
            speed_m_per_min=60.0,
            origin="フレイル判定の歩行速度1.0m/秒（J-CHS 2020）",
        ),
        WalkingProfile(
            id="brisk",
            label="はやい 80m/分",
            label_en="Brisk, 80 m/min",
            speed_m_per_min=80.0,
            origin="不動産の表示に関する公正競争規約施行規則（道路距離80mを1分）",
        ),
        WalkingProfile(
            id="slow",
            label="ゆっくり 48m/分",
            label_en="Slow, 48 m/min",
            speed_m_per_min=48.0,
            origin="歩行者用信号の設計速度0.8m/秒",
        ),
    ]


class Profile(_Table):
    """A municipality as data."""

    profile_version: Literal[1]
    municipality: Municipality
    sources: list[Source]
    streets: Streets
    layers: list[Layer]
    population: Population
    buildings: Buildings | None = None
    elevation: Elevation | None = None
    venues: list[Venues] = Field(default_factory=list)
    places: list[Places] = Field(default_factory=list)
    walking_profiles: list[WalkingProfile] = Field(default_factory=_default_walking)
    frequency: FrequencyRules = Field(default_factory=FrequencyRules)
    targets: list[Target] = Field(default_factory=list)
    subsidies: Subsidies = Field(default_factory=Subsidies)
    analysis: Analysis
    privacy: Privacy = Field(default_factory=Privacy)

    @model_validator(mode="after")
    def _references(self) -> Self:
        breaches = list(_broken_references(self))
        if breaches:
            raise ValueError("; ".join(breaches))
        return self

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
            f"there is no layer {layer_id!r}; the layers are {names}",
            ja=f"層「{layer_id}」はありません。使える層: {names}",
        )

    def walking(self) -> WalkingProfile:
        """Return the walking profile of the analysis."""
        wanted = self.analysis.walking_profile
        return next(walking for walking in self.walking_profiles if walking.id == wanted)


def _broken_references(profile: Profile) -> list[str]:
    sources = [source.id for source in profile.sources]
    layers = [layer.id for layer in profile.layers]
    breaches = [f"source id {name!r} is used twice" for name in _twice(sources)]
    breaches += [f"layer id {name!r} is used twice" for name in _twice(layers)]
    used = [("streets", profile.streets.source), ("population", profile.population.source)]
    used += [(f"layer {layer.id}", layer.source) for layer in profile.layers]
    used += [("venues", venues.source) for venues in profile.venues]
    used += [("places", places.source) for places in profile.places]
    used += [("buildings", profile.buildings.source)] if profile.buildings else []
    used += [("elevation", profile.elevation.source)] if profile.elevation else []
    breaches += [
        f"{where}: there is no source {name!r}" for where, name in used if name not in sources
    ]
    asked = [
        ("analysis.gap_layer", profile.analysis.gap_layer),
        ("analysis.council_layer", profile.analysis.council_layer),
        ("population.layer", profile.population.layer),
    ]
    breaches += [
        f"{where}: there is no layer {name!r}" for where, name in asked if name not in layers
    ]
    breaches += broken_boundaries(profile)
    if profile.analysis.age_group not in profile.population.age_groups:
        breaches.append(
            f"analysis.age_group {profile.analysis.age_group!r} is not in population.age_groups"
        )
    if profile.analysis.walking_profile not in [w.id for w in profile.walking_profiles]:
        breaches.append(f"there is no walking profile {profile.analysis.walking_profile!r}")
    return breaches


def broken_boundaries(profile: Profile) -> list[str]:
    """Say what is wrong with products, methods and the sources and layers that they need."""
    sources = {source.id: source for source in profile.sources}
    breaches = [
        f"source {source.id}: there is no product {source.product!r}; there is {', '.join(products())}"
        for source in profile.sources
        if source.product and source.product not in products()
    ]
    for layer in profile.layers:
        where = f"layer {layer.id}"
        own = sources.get(layer.source)
        named = bool(layer.name_field or (own and own.product))
        if not (named or layer.method):
            breaches.append(
                f"{where}: name_field is needed (or a product of the source, or a method)"
            )
        helpers = (layer.sites_source, layer.points_source, layer.halls_source)
        unknown = [name for name in helpers if name and name not in sources]
        breaches += [f"{where}: there is no source {name!r}" for name in unknown]
        others = [other.id for other in profile.layers if other.id != layer.id]
        if layer.method == "union" and layer.base_layer not in others:
            breaches.append(f"{where}: there is no other layer {layer.base_layer!r} to unite")
        if (layer.method == "mesh") != bool(layer.mesh_side_m):
            breaches.append(f"{where}: mesh_side_m and method = 'mesh' go together")
    breaches += [
        f"venues: name_field is needed for source {venues.source!r}"
        for venues in profile.venues
        if not (venues.name_field or (venues.source in sources and sources[venues.source].product))
    ]
    return breaches


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def read_profile(path: Path) -> Profile:
    """Read and check a profile; every breach is named in one sentence."""
    if not path.is_file():
        raise InvalidInputError(
            f"{path}: there is no such profile; give the path of a municipality's .toml file",
            ja=f"{path}：プロファイルがありません。自治体の .toml ファイルの場所を指定してください",
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path}: not a TOML file in UTF-8 ({error}); correct that line",
            ja=f"{path}：UTF-8のTOMLとして読めません（{error}）。その行を直してください",
        ) from error
    try:
        return Profile.model_validate(table)
    except ValidationError as error:
        breaches = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'profile'}: {item['msg']}"
            for item in error.errors()
        )
        raise InvalidInputError(
            f"{path}: {breaches}", ja=f"{path}：プロファイルの誤り：{breaches}"
        ) from error
