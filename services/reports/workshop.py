"""The form of a workshop: a map of an area to write on, and four boxes with what was said in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.arrays import LONLAT_EPSG
from services.councils.calendar import area_name
from services.councils.desk import names_of, rows_of
from services.councils.kinds import BOXES
from services.councils.papers import areas_for, is_whole, papers
from services.drawing.svg import blank_map
from services.drawing.view import View
from services.publication.tables import Publication
from services.publication.viewed import stamp
from services.registry.hands import Hand
from services.registry.seen import seen_venues
from services.reports.area import find_area
from services.words.texts import Lang
from services.workspace.councils import areas_of, find_council
from services.workspace.folder import Workspace

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class WorkshopSheet:
    """What the form of a workshop shows; ``boxes`` are empty on a blank one."""

    council_id: str
    council_name: str
    layer: str
    area_id: str
    area_name: str
    map_svg: str
    corners: tuple[Corner, Corner, Corner, Corner]
    """Longitude and latitude of the map's corners: north-west, north-east, south-west, south-east."""
    boxes: Mapping[str, Sequence[Mapping[str, Any]]]
    """Box → what was said, numbered as on the map where it stands there."""
    meetings: tuple[Mapping[str, Any], ...]
    stamp: str


def workshop_sheet(  # noqa: PLR0913  which area of which council, for whom, how
    workspace: Workspace,
    council_id: str,
    *,
    who: Hand,
    layer: str = "",
    area_id: str = "",
    blank: bool = False,
    lang: Lang = "ja",
) -> WorkshopSheet:
    """
    Return the form of a council's area, or of one of the areas inside it.

    Raises
    ------
    NotAllowedError, NotFoundError
        It is another council's; there is no such area or no result yet.
    """
    mine = papers(workspace, council_id, who=who)
    areas = areas_for(workspace, council_id)
    publication = Publication(workspace.snapshot())
    if area_id:
        chosen = find_area(publication, area_id, layer=layer)
        name, shape = str(chosen["area_name"]), chosen["geometry"]
    else:
        name, shape = area_name(workspace, council_id, lang), _ground(workspace, council_id)
    rows = [
        row
        for row in rows_of(mine, "workshop", names_of(areas))[::-1]
        if not blank and (not area_id or row["area_id"] in {"", area_id})
    ]
    pinned = [row for row in rows if row["coordinates"]]
    numbers = {row["paper_id"]: number for number, row in enumerate(pinned, 1)}
    units = areas[areas["layer"] == workspace.profile.analysis.gap_layer]
    units = units[units.representative_point().within(shape)]
    marked = stamp(workspace, lang)
    return WorkshopSheet(
        council_id=council_id,
        council_name=area_name(workspace, council_id, lang),
        layer=layer,
        area_id=area_id,
        area_name=name,
        map_svg=blank_map(
            shape,
            units,
            _halls(workspace, shape),
            _pins(workspace, pinned),
            publication,
            stamp=marked,
        ),
        corners=_corners(workspace, shape),
        boxes={
            box: [
                {**row, "number": numbers.get(row["paper_id"], "")}
                for row in rows
                if row["box"] == box
            ]
            for box in BOXES
        },
        meetings=tuple(rows_of(mine, "meeting")),
        stamp=marked,
    )


def _ground(workspace: Workspace, council_id: str) -> shapely.Geometry:
    """Return where a council works; of the municipality, and where nobody has drawn it, all of the ground."""
    council = None if is_whole(workspace, council_id) else find_council(workspace, council_id)
    own = areas_of(workspace, council) if council else workspace.areas().iloc[:0]
    return (own if len(own) else workspace.areas()).geometry.union_all()


def _halls(workspace: Workspace, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the halls in an area under the name that everybody knows them by; no private home."""
    venues = seen_venues(workspace)
    venues = venues[~venues["private_home"] & venues.geometry.notna()]
    return venues[venues.intersects(shape)].assign(area_name=lambda found: found["name"])


def _pins(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    shapes = [
        shapely.LineString(row["coordinates"])
        if len(row["coordinates"]) > 1
        else shapely.Point(row["coordinates"][0])
        for row in rows
    ]
    numbers = {"number": range(1, len(rows) + 1)}
    frame = gpd.GeoDataFrame(numbers, geometry=shapes, crs=LONLAT_EPSG)
    return frame.to_crs(workspace.profile.municipality.plane_epsg)


def _corners(
    workspace: Workspace, shape: shapely.Geometry
) -> tuple[Corner, Corner, Corner, Corner]:
    west, south, east, north = View.around(shape).box
    at = np.array([[west, north], [east, north], [west, south], [east, south]])
    points = gpd.GeoSeries(shapely.points(at), crs=workspace.profile.municipality.plane_epsg)
    lonlat = shapely.get_coordinates(points.to_crs(LONLAT_EPSG).to_numpy())
    a, b, c, d = (tuple(position) for position in np.round(lonlat, 6).tolist())
    return a, b, c, d
