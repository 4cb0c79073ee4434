"""The map of a plan: catchments on foot, what is chosen, and the borders of the councils' areas."""

from html import escape

import geopandas as gpd
import shapely

from services.reportmap import WIDTH, View, borders, path_of, scale_bar, stars
from services.signs import GREEN, QUIET_INK

_HATCH = (
    '<pattern id="catchment" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><rect width="6" height="6" fill="#e4f4ee"/>'
    f'<line x1="0" y1="0" x2="0" y2="6" stroke="{GREEN}" stroke-width="1"/></pattern>'
)


def plan_map(
    around: shapely.Geometry,
    councils: gpd.GeoDataFrame,
    chosen: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
) -> str:
    """Draw a plan, north up; readable without colour: catchments are hatched, choices numbered."""
    view = View(around)
    seen = councils[councils.intersects(shapely.box(*view.box))]
    drawn = [
        f'<path d="{path_of(view, shape)}" fill="url(#catchment)" fill-rule="evenodd" '
        f'stroke="{GREEN}" stroke-width="1.1"/>'
        for shape in catchments.geometry.dropna()
        if not shape.is_empty
    ]
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {view.height:.0f}" '
            'role="img" class="map">'
        ),
        (
            f'<defs>{_HATCH}<clipPath id="frame"><rect width="{WIDTH:g}" '
            f'height="{view.height:.0f}"/></clipPath></defs><g clip-path="url(#frame)">'
        ),
        f'<rect width="{WIDTH:g}" height="{view.height:.0f}" fill="#fff"/>',
        *drawn,
        *borders(view, seen),
        *_names(view, seen),
        *stars(view, chosen),
        *scale_bar(view),
        "</g></svg>",
    ]
    return "\n".join(parts)


def _names(view: View, areas: gpd.GeoDataFrame) -> list[str]:
    drawn = []
    for row in areas.to_dict("records"):
        x, y = view.point(row["geometry"].representative_point())
        drawn.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="unit" text-anchor="middle" '
            f'fill="{QUIET_INK}">{escape(str(row["area_name"]))}</text>'
        )
    return drawn
