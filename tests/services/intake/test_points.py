"""Which files hold a list of points."""

from pathlib import Path

import pytest

from geo.errors import SourceError
from services.intake.places.points import FORMATS, read_points
from services.profile import Source
from services.words.texts import told


@pytest.mark.parametrize("form", ["osm", "overpass", "osmnx", "raster"])
def test_a_format_without_points_is_refused_and_the_formats_are_listed(
    tmp_path: Path, form: str
) -> None:
    # GDAL would read this one, whatever the profile calls it.
    path = tmp_path / "halls.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"名称": "会"},'
        ' "geometry": {"type": "Point", "coordinates": [139.9, 35.8]}}]}',
        encoding="utf-8",
    )
    about = {"title": "t", "credit": "c", "licence": "l", "as_of": "2025"}

    def read(name: str) -> int:
        source = Source.model_validate({"id": "halls", "path": path.name, "format": name} | about)
        points = read_points(path, lon_field="", lat_field="", source=source, plane_epsg=6677)
        return len(points.table)

    with pytest.raises(
        SourceError, match="holds no list of points; use csv, parquet, vector"
    ) as refused:
        read(form)
    assert "、".join(FORMATS) in told(refused.value, "ja")
    assert read("vector") == 1
