"""Layers of points of a build: venues, places and bus stops, each on the streets or listed."""

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.streets.network import Network
from geo.walking.snapping import Frontage, snap
from services.intake.areas.polygons import Assembly
from services.intake.inputs import Inputs
from services.intake.places.busstops import read_stops
from services.intake.places.geocoder import open_geocoder
from services.intake.places.locator import AddressHead, Found, Locator
from services.intake.places.position import keep_inside, note_private_roads, note_unsnapped_points
from services.intake.places.remarks import note_typed_classes
from services.intake.places.rows import Locate, read_places, require_near
from services.intake.places.venues import read_venues


def read_point_layers(
    intake: Inputs,
    assembly: Assembly,
    boundary: BaseGeometry,
    network: Network,
    frontage: Frontage,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return venues and places, and list those that nobody can walk to."""
    profile = intake.profile
    margin_m = profile.streets.margin_m
    around = boundary.buffer(margin_m)
    venue_frames = []
    for spec in profile.venues:
        ledger = intake.ledger.of(spec.source)
        venues = read_venues(
            intake.path(spec.source),
            spec=intake.mapped(spec),
            source=profile.source(spec.source),
            plane_epsg=intake.plane_epsg,
            ledger=intake.ledger,
            near=around,
            jis_code=profile.municipality.jis_code,
        )
        venue_frames.append(keep_inside(venues, around, ledger))
        _note_far(intake, venue_frames[-1], network, frontage, spec.source)
    venues = _stack(venue_frames, intake.plane_epsg)
    locator = Locator(
        venues,
        assembly.of(profile.population.layer),
        municipality=AddressHead(profile.municipality.prefecture, profile.municipality.name),
        geocoder=open_geocoder(),
    )
    place_frames = []
    for place_spec in profile.places:
        path = intake.path(place_spec.source)
        places = read_places(
            path,
            spec=intake.mapped(place_spec),
            source=profile.source(place_spec.source),
            plane_epsg=intake.plane_epsg,
            locate=_confirmed_first(intake, place_spec.source, locator),
            ledger=intake.ledger,
            near=around,
            jis_code=profile.municipality.jis_code,
        )
        require_near(places, boundary, path=path, margin_m=margin_m)
        note_typed_classes(
            places,
            permanent_min_days_per_week=profile.frequency.permanent_min_days_per_week,
            notes=intake.ledger.of(place_spec.source),
        )
        _note_far(intake, places, network, frontage, place_spec.source)
        place_frames.append(places)
    return venues, _stack(place_frames, intake.plane_epsg)


def read_stop_layer(
    intake: Inputs, boundary: BaseGeometry, network: Network, frontage: Frontage
) -> gpd.GeoDataFrame | None:
    """Return the bus stops, and list those that nobody can walk to."""
    spec = intake.profile.stops
    if spec is None:
        return None
    stops = read_stops(
        intake.path(spec.source),
        spec=spec,
        source=intake.profile.source(spec.source),
        plane_epsg=intake.plane_epsg,
        ledger=intake.ledger,
        near=boundary.buffer(intake.profile.streets.margin_m),
    )
    _note_far(intake, stops, network, frontage, spec.source)
    return stops


def _confirmed_first(intake: Inputs, source_id: str, locator: Locator) -> Locate:
    """Return a way to locate that asks what somebody has confirmed before it guesses."""
    to_plane = pyproj.Transformer.from_crs(LONLAT_EPSG, intake.plane_epsg, always_xy=True)

    def locate(name: str, address: str) -> Found | None:
        lonlat = intake.confirmations.find(source_id, name, address)
        if lonlat is None:
            return locator(name, address)
        x, y = to_plane.transform(*lonlat)
        return Found(float(x), float(y), "confirmed", "confirmed", 1.0)

    return locate


def _note_far(
    intake: Inputs,
    points: gpd.GeoDataFrame,
    network: Network,
    frontage: Frontage,
    source_id: str,
) -> None:
    limit_m = intake.profile.streets.snap_limit_m
    there = points[~(points.geometry.isna() | points.geometry.is_empty)]
    xy = shapely.get_coordinates(there.geometry.to_numpy())
    snaps = snap(xy, network, limit_m=limit_m, usable=frontage)
    ledger = intake.ledger.of(source_id)
    note_unsnapped_points(there, snaps, ledger, limit_m=limit_m)
    joined = snaps["edge"].to_numpy() >= 0
    private = network.edges["private"].to_numpy(dtype=bool)
    joined[joined] = private[snaps["edge"].to_numpy()[joined]]
    note_private_roads(there, joined, ledger)


def _stack(frames: list[gpd.GeoDataFrame], plane_epsg: int) -> gpd.GeoDataFrame:
    if not frames:
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=plane_epsg))
    return pd.concat(frames, ignore_index=True)
