"""Files of areas: those of a whole prefecture, and one too large to be held in memory."""

import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from bench.measure import Row, process

SMALL_AREAS_N = 6500
LARGE_BYTES = 300_000_000
_BATCH_N = 5000
_WEST, _SOUTH, _STEP = 139.8, 35.0, 0.008

READ = """
import sys
from pathlib import Path
from services.intake.areas.layers import read_layer
from services.intake.tables.ledger import Ledger
from services.intake.vectors.window import Window
from services.profile import Layer, Source
path, code, box = Path(sys.argv[1]), sys.argv[2], [float(n) for n in sys.argv[3:]]
source = Source(id="areas", path=path.name, format="vector", title="t", credit="c", licence="l",
                as_of="2020", product="" if box else "estat_small_area", within=bool(box))
layer = Layer(id="areas", kind="small_area", label="l", label_en="l", source="areas", version="1",
              name_field="S_NAME" if box else "", id_field="KEY_CODE" if box else "")
window = Window(code, tuple(box) or None) if code else None
areas = read_layer(path, layer=layer, source=source, plane_epsg=6677, ledger=Ledger(), window=window)
print(len(areas))
"""


def write_areas(path: Path, *, areas_n: int, vertices_n: int) -> Path:
    """Write wavy squares side by side, a batch at a time, as a CP932 Shapefile without .cpg."""
    columns = int(np.ceil(np.sqrt(areas_n)))
    turn = np.linspace(0, 2 * np.pi, vertices_n, endpoint=False)
    wave = 0.42 * _STEP * (1 + 0.1 * np.sin(23 * turn))
    ring = np.column_stack([wave * np.cos(turn), wave * np.sin(turn)])
    ring = np.vstack([ring, ring[:1]])
    for start in range(0, areas_n, _BATCH_N):
        number = np.arange(start, min(start + _BATCH_N, areas_n))
        middle = np.column_stack(
            [_WEST + number % columns * _STEP, _SOUTH + number // columns * _STEP]
        )
        shapes = shapely.polygons(middle[:, None, :] + ring[None, :, :])
        frame = gpd.GeoDataFrame(
            {
                "KEY_CODE": [f"12{100 + n % 200:03d}{n:06d}" for n in number],
                "S_NAME": [f"藤ケ谷{n}丁目" for n in number],
            },
            geometry=shapes,
            crs=6668,
        )
        pyogrio.write_dataframe(frame, path, encoding="cp932", append=start > 0)
    path.with_suffix(".cpg").unlink()
    return path


def rows(folder: Path) -> Iterator[Row]:
    """Yield a row per file: read, checked and brought into the plane CRS in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    areas = write_areas(folder / "small_areas.shp", areas_n=SMALL_AREAS_N, vertices_n=150)
    read = [sys.executable, "-c", READ]
    yield process(
        "small_areas_read", [*read, str(areas), ""], size=f"{SMALL_AREAS_N:,} polygons, Shapefile"
    )
    vertices_n = 400
    areas_n = LARGE_BYTES // (16 * vertices_n) + 1
    large = write_areas(folder / "large.shp", areas_n=areas_n, vertices_n=vertices_n)
    size = f"{large.stat().st_size / 1e6:.0f} MB Shapefile, {areas_n:,} polygons"
    yield process("large_by_code", [*read, str(large), "12217"], size=f"{size}, one municipality")
    box = [str(number) for number in (139.9, 35.1, 140.05, 35.25)]
    yield process("large_by_box", [*read, str(large), "12217", *box], size=f"{size}, one box")
