"""Lists as people type them: 10,000 places from CSV and Excel, read as whole processes."""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl

from bench.measure import Row, process

ROWS = 10_000
HEADER = [
    "番号",
    "サロン名",
    "種別",
    "開催場所",
    "住所",
    "開催日時",
    "緯度",
    "経度",
    "電話番号",
    "備考",
]
WORK = """
import sys
from pathlib import Path
from services.intake.tables.ledger import Ledger
from services.intake.places.rows import read_places
from services.profile import Places, Source
path = Path(sys.argv[1])
about = dict(title="t", credit="c", licence="l", as_of="2024")
source = Source(id="salons", path=path.name, format="csv", **about)
places = read_places(path, spec=Places(source="salons"), source=source, plane_epsg=6677,
                     locate=lambda name, address: None, ledger=Ledger())
assert len(places) == 10_000, len(places)
"""


def rows(folder: Path) -> Iterator[Row]:
    """Yield a row per format; Python's own start is in each."""
    listing = _listing()
    plain = folder / "salons.csv"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(listing)
    plain.write_bytes(text.getvalue().encode("cp932"))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("一覧")
    for line in listing:
        sheet.append(line)
    excel = folder / "salons.xlsx"
    book.save(excel)
    for name, path in (("places_10000_csv", plain), ("places_10000_xlsx", excel)):
        command = [sys.executable, "-c", WORK, str(path)]
        yield process(name, command, size=f"{ROWS:,} rows, {len(HEADER)} columns, two title lines")


def _listing() -> list[list[str]]:
    generator = np.random.default_rng(1)
    lon, lat = generator.uniform(139.9, 140.0, ROWS), generator.uniform(35.8, 35.9, ROWS)
    body = [
        [
            *(
                str(n),
                f"サロン{n}",
                "サロン",
                f"第{n % 3000}会館",
                f"東{n % 50 + 1}丁目{n % 20}-{n % 9}",
            ),
            *(f"毎月第{n % 4 + 1}月曜日10:00〜11:30", f"{lat[n]:.6f}", f"{lon[n]:.6f}"),
            *(f"04-7100-{n % 10_000:04d}", ""),
        ]
        for n in range(ROWS)
    ]
    return [["通いの場一覧"], ["令和6年4月1日現在"], HEADER, *body]
