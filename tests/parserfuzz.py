"""
Files that nobody means, for a child process: valid ones of each format with bytes changed at random.

``python -m tests.parserfuzz FORMAT SEED NUMBER FOLDER`` lets the readers of the command line read so many
of them: each is read or refused in our words. What ends the process, or takes longer than a table may,
is found by whoever started it; the file that was being read lies in FOLDER.
"""

import json
import random
import resource
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from shapely import box

from geo.errors import ArukebaError
from tests.services.intake.vectorfiles import DRIVERS, source, write, write_topojson

MEMORY_MOST_BYTES = 6_000_000_000
LARGE = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1)
EPSG = 6677
LISTS = [
    "名称,会場,開催日,緯度,経度",
    "ひまわり,東集会所,毎週火曜日,35.80,139.90",
    "さくら,,第2金曜,,",
]


def _csv(path: Path) -> None:
    path.write_bytes("\r\n".join(LISTS).encode("cp932"))


def _html(path: Path) -> None:
    rows = "".join(f"<tr>{''.join(f'<td>{c}' for c in line.split(','))}</tr>" for line in LISTS)
    path.write_text(f"<html><meta charset=utf-8><table>{rows}</table></html>", "utf-8")


def _workbook(path: Path) -> None:
    if path.suffix == ".xls":
        from tests.services.intake.workbooks import write_xls

        write_xls(path, {"一覧": [line.split(",") for line in LISTS]})
        return
    import openpyxl

    book = openpyxl.Workbook()
    for line in LISTS:
        book.active.append(line.split(","))
    book.save(path)


def _vector(path: Path) -> None:
    if path.suffix == ".topojson":
        write_topojson(path)
    elif path.suffix == ".parquet":
        from tests.services.intake.vectorfiles import areas

        areas().to_parquet(path)
    elif path.suffix == ".zip":
        inside = path.with_suffix("")
        inside.mkdir(exist_ok=True)
        write(inside / "areas.shp")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in inside.iterdir():
                archive.write(file, file.name)
    else:
        write(path)


def _osm(path: Path) -> None:
    import osmium

    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(1, 60):
            place = (139.9 + number / 5000, 35.8 + number % 7 / 3000)
            writer.add_node(
                osmium.osm.mutable.Node(id=number, location=place, tags={"kerb": "raised"})
            )
        for number in range(1, 20):
            nodes = [number, number + 1, number + 7, number + 20]
            tags = {"highway": "footway", "name": "道", "incline": "8%"}
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
        members = [("w", 1, "outer"), ("w", 2, "inner")]
        tags = {"type": "multipolygon", "natural": "water"}
        writer.add_relation(osmium.osm.mutable.Relation(id=1, members=members, tags=tags))


def _raster(path: Path) -> None:
    import rasterio
    from rasterio.transform import from_origin

    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=40,
        height=30,
        count=1,
        dtype="float32",
        crs=f"EPSG:{EPSG}",
        transform=from_origin(0, 3000, 100, 100),
        compress="deflate",
    ) as raster:
        raster.write(np.arange(1200, dtype="float32").reshape(30, 40), 1)


def _read_table(path: Path) -> None:
    from services.intake.tables.reading import read_csv

    read_csv(path)


def _read_places(path: Path) -> None:
    from services.intake.places.told import read_told

    read_told(path, plane_epsg=EPSG)


def _read_vector(path: Path) -> None:
    from services.intake.vectors.reading import read_vector

    read_vector(path, source=source(path))


def _read_osm(path: Path) -> None:
    from services.intake.ground.osm import read_osm_ground
    from services.intake.streets.osm_file import read_osm_file

    read_osm_file(path)
    read_osm_ground(path).frame()


def _read_raster(path: Path) -> None:
    from services.intake.people.raster import read_population_raster
    from services.intake.streets.elevation import sample_elevation

    xy = np.array([[150.0, 250.0], [2000.0, 1500.0]])
    sample_elevation(path, xy, source=source(path, format="raster"), plane_epsg=EPSG)
    read_population_raster(path, box(200, 200, 3500, 2500), plane_epsg=EPSG)


Make, Read = Callable[[Path], None], Callable[[Path], None]
FORMATS: dict[str, tuple[Make, Read]] = {
    "list.csv": (_csv, _read_places),
    "page.xls": (_html, _read_table),
    "book.xlsx": (_workbook, _read_table),
    "book.xls": (_workbook, _read_table),
    **{f"areas{ending}": (_vector, _read_vector) for ending in DRIVERS},
    **{f"areas{ending}": (_vector, _read_vector) for ending in (".topojson", ".parquet", ".zip")},
    **{f"streets{ending}": (_osm, _read_osm) for ending in (".osm.pbf", ".osm", ".osm.gz")},
    "heights.tif": (_raster, _read_raster),
}
"""What the command line reads: a file's name, how a valid one is made, what reads it."""


def changed(content: bytes, draw: random.Random) -> bytes:
    """Return content with bytes flipped, cut, doubled, or set to what counts and lengths overflow at."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        at = draw.randrange(len(found) + 1)
        kind = draw.randrange(6)
        if kind == 0:
            found[at : at + 1] = bytes([draw.randrange(256)])
        elif kind == 1:
            del found[at : at + draw.choice((1, 4, 100))]
        elif kind == 2:
            found[at:at] = found[at : at + draw.choice((1, 8, 200))]
        elif kind == 3:
            width = draw.choice((1, 2, 4, 8))
            number = draw.choice(LARGE) & (256**width - 1)
            found[at : at + width] = number.to_bytes(width, draw.choice(("little", "big")))
        elif kind == 4:
            found[at:at] = draw.randbytes(draw.choice((1, 8)))
        else:
            del found[at:]
    return bytes(found)


def main(name: str, seed: str, number: str, folder: str) -> int:
    """Let so many files be read; say what became of them. 3 where one is answered by a fault of ours."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST_BYTES, MEMORY_MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    make, read = FORMATS[name]
    draw = random.Random(f"{name}{seed}")  # noqa: S311  examples, no secret
    file = Path(folder) / name
    make(file)
    content = file.read_bytes()
    read(file)  # the valid one is read
    said: dict[str, Any] = {"read": 0, "refused": 0, "slowest_s": 0.0}
    for _ in range(int(number)):
        file.write_bytes(changed(content, draw))
        begun_s = time.monotonic()
        try:
            read(file)
        except ArukebaError:
            said["refused"] += 1
        except Exception as error:  # noqa: BLE001  whatever goes wrong is what is looked for
            print(name, f"{type(error).__name__}: {error}", flush=True)
            return 3
        else:
            said["read"] += 1
        said["slowest_s"] = round(max(said["slowest_s"], time.monotonic() - begun_s), 2)
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
