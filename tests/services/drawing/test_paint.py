"""The ground on axes of a picture."""

import geopandas as gpd
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from shapely import LineString, box

from services.drawing import chart
from services.drawing.backdrop import GROUND_SIGNS
from services.drawing.paint import paint_names, paint_shapes
from services.drawing.pens import Pen
from services.drawing.scene import scene_of


def ground() -> gpd.GeoDataFrame:
    shapes = [box(0, 0, 1_000, 1_000), LineString([(0, 1_500), (2_000, 1_500)])]
    table = {"kind": ["water", "river"], "name": "見本川", "ref": "", "level": "ground"}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=6677)


def test_water_has_its_colour_where_it_lies_and_its_name_is_placed_in_the_same_metres() -> None:
    figure = Figure(figsize=(5, 5), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    chart.frame(axes, gpd.GeoDataFrame(geometry=[box(0, 0, 2_000, 2_000)], crs=6677))
    view = chart.view_of(axes)
    scene = scene_of(ground(), view)
    paint_shapes(axes, scene)
    names = scene.names([])
    paint_names(axes, names, view, Pen.japanese())
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    x, y = axes.transData.transform((500, 500))
    assert pixels[500 - int(y), int(x)] == pytest.approx(
        to_rgb(GROUND_SIGNS["water"].colour), abs=0.01
    )
    # 5 inches are 480 pixels of the web, and the margin 3 % of 2,000 m on each side.
    assert (view.width, view.height) == pytest.approx((480, 480))
    assert 1 / view.scale == pytest.approx(2_120 / 480)
    (text,) = axes.texts
    assert text.get_text() == "見本川"
    assert text.get_position() == pytest.approx((1_000, 1_500), abs=1)
