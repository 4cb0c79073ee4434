"""Districts that nobody has published: the land nearest on foot to each school, an estimate."""

from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.areas.voronoi import nearest_site_cells
from geo.errors import Sentence, SourceError
from geo.streets.network import Network, joinable
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Entry, Ledger
from services.profile import Layer, Source, Streets, Venues

_SHOWN = 20


def read_sites(
    path: Path, *, layer: Layer, source: Source, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Read the sites of a layer as points: site_id, name, geometry; one row a name and place."""
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
    sites = venues[["name", "geometry"]].copy()
    sites["site_id"] = _distinct(sites["name"].tolist())
    return sites.reset_index(drop=True)


def nearest_site_layer(
    sites: gpd.GeoDataFrame,
    boundary: BaseGeometry,
    network: Network,
    *,
    layer: Layer,
    streets: Streets,
    ledger: Ledger,
) -> gpd.GeoDataFrame:
    """Divide the municipality among the sites: area_id, area_name, geometry; who gets none is noted."""
    usable = joinable(network, isolated_below_m=streets.isolated_below_m)
    cells = nearest_site_cells(
        network, sites, boundary, limit_m=streets.snap_limit_m, usable=usable
    )
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
    missing = sorted(set(sites["site_id"]) - set(cells["site_id"]))
    if missing:
        shown = "、".join(missing[:_SHOWN]) + ("…" if missing[_SHOWN:] else "")
        notes.note(
            Entry(
                "site_without_area",
                Sentence(
                    "layer {id}: no land is nearest to {shown}",
                    id=layer.id,
                    shown=shown,
                    label=layer.label,
                ),
            )
        )
    return cells.assign(area_id=cells["site_id"], area_name=cells["site_id"])[
        ["area_id", "area_name", "geometry"]
    ]


def _distinct(names: list[str]) -> list[str]:
    """Return the names, numbered where one occurs again."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return found
