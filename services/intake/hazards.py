"""Areas of danger: polygons in the plane, each with the words that say what it is."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from services.intake.ledger import Ledger
from services.intake.tables import require_columns, texts
from services.intake.vectors import read_vector
from services.profile import Hazards, Source

FILE = "hazards.parquet"


def read_hazards(
    path: Path, *, spec: Hazards, source: Source, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Return the polygons of a source in the plane CRS: hazard, geometry."""
    frame = read_vector(path, source=source).to_crs(plane_epsg)
    notes = ledger.of(source.id)
    notes.rows_read += len(frame)
    if spec.name_field:
        require_columns(frame.columns, [spec.name_field], path=path)
    shapes = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    notes.rows_used += len(shapes)
    told = texts(pd.DataFrame(shapes.drop(columns="geometry")), spec.name_field)
    words = [f"{spec.name}（{text}）" if text else spec.name for text in told]
    return gpd.GeoDataFrame({"hazard": words}, geometry=shapes.geometry.to_numpy(), crs=plane_epsg)
