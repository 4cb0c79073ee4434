"""Districts that nobody has published: the land nearest on foot to each school, an estimate."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas.voronoi import nearest_site_cells
from geo.errors import Sentence, SourceError
from geo.streets.network import Network
from geo.walking.snapping import Frontage, snap
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.profile import Layer, Source, Venues

_LISTED = 200
"""So many sites without an area are listed one by one."""


def read_sites(
    path: Path, *, layer: Layer, source: Source, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Read the sites of a layer as points: site_id, name, row, geometry; one row a name and place."""
    spec = Venues(source=source.id, name_field="" if source.product else layer.name_field)
    venues = read_venues(path, spec=spec, source=source, plane_epsg=plane_epsg, ledger=ledger)
    if layer.sites_kinds:
        wanted = [
            kind in layer.sites_kinds or any(word in name for word in layer.sites_kinds if not kind)
            for kind, name in zip(venues["kind"], venues["name"], strict=True)
        ]
        venues = venues[np.array(wanted, dtype=bool)]
    if venues.empty:
        raise SourceError(
            "there is no site of {kinds} in it",
            path=path,
            kinds=list(layer.sites_kinds) or Sentence("any kind"),
        )
    sites = venues[["name", "row", "geometry"]].copy()
    sites["site_id"] = _distinct(sites["name"].tolist())
    return sites.reset_index(drop=True)


def nearest_site_layer(
    sites: gpd.GeoDataFrame,
    boundary: BaseGeometry,
    streets: tuple[Network, Frontage],
    *,
    layer: Layer,
    limit_m: float,
    ledger: Ledger,
) -> gpd.GeoDataFrame:
    """Divide the municipality among the sites: area_id, area_name, geometry; who gets none is noted."""
    network, frontage = streets
    cells = nearest_site_cells(network, sites, boundary, limit_m=limit_m, usable=frontage)
    notes = ledger.of(layer.source)
    notes.note(
        Entry(
            "estimated_borders",
            Sentence(
                "layer {id}: {cells_n} areas are what is nearest on foot to each site, an estimate",
                id=layer.id,
                cells_n=len(cells),
                label=layer.label,
            ),
        )
    )
    missing = sites[~sites["site_id"].isin(cells["site_id"])]
    _note_missing(missing, boundary, streets, layer=layer, limit_m=limit_m, notes=notes)
    return cells.assign(area_id=cells["site_id"], area_name=cells["site_id"])[
        ["area_id", "area_name", "geometry"]
    ]


def _note_missing(
    sites: gpd.GeoDataFrame,
    boundary: BaseGeometry,
    streets: tuple[Network, Frontage],
    *,
    layer: Layer,
    limit_m: float,
    notes: SourceLedger,
) -> None:
    """List the sites without an area one by one, the nearest first; a whole prefecture is counted."""
    points = sites.geometry.to_numpy()
    away_m = shapely.distance(boundary, points)
    network, frontage = streets
    snaps = snap(shapely.get_coordinates(points), network, limit_m=limit_m, usable=frontage)
    unsnapped = snaps["reason"].to_numpy() != ""
    order = np.argsort(away_m, kind="stable")
    for place in order[:_LISTED].tolist():
        notes.note(
            Entry(
                "site_without_area",
                Sentence(
                    "layer {id}: {name} has no area: {why}",
                    id=layer.id,
                    name=sites["site_id"].iloc[place],
                    why=_why(float(away_m[place]), bool(unsnapped[place]), limit_m=limit_m),
                    label=layer.label,
                ),
                row=int(sites["row"].iloc[place]),
            )
        )
    left = len(sites) - _LISTED
    if left > 0:
        notes.note(
            Entry(
                "sites_without_area",
                Sentence(
                    "layer {id}: {left} more sites, all {away_km:.1f} km or more away, have no area",
                    id=layer.id,
                    left=left,
                    away_km=float(away_m[order[_LISTED]]) / 1000,
                    label=layer.label,
                ),
            )
        )


def _why(away_m: float, unsnapped: bool, *, limit_m: float) -> Sentence:  # noqa: FBT001  what is known of a site
    if away_m > 0:
        return Sentence(
            "it lies {away_m:.0f} m outside the municipality's outline; complete the outline, or "
            "correct its position",
            away_m=away_m,
        )
    if unsnapped:
        return Sentence(
            "no walkable street is within {limit_m:.0f} m of it; correct its position or the streets",
            limit_m=limit_m,
        )
    return Sentence("another site is nearer to all the land around it")


def _distinct(names: list[str]) -> list[str]:
    """Return the names, numbered where one occurs again."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return found
