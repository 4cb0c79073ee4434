"""The list to be confirmed: positions that are uncertain, corrected by people and given back."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from geo.arrays import LONLAT_EPSG
from services.intake.places.coordinates import to_lonlat
from services.intake.places.locator import CONFIRM_BELOW
from services.intake.tables.reading import read_csv, require_columns
from services.privacy.homes import consents
from services.words.names import normalise

TO_CONFIRM = "to_confirm.csv"
COLUMNS = (
    *("出典", "行", "名称", "会場", "住所", "方法", "段階", "確からしさ", "緯度", "経度", "確認"),
)
_HOW = {
    "venue": "会場名",
    "geocoder": "住所検索",
    "area": "町名",
    "confirmed": "確認ずみ",
    "": "不明",
}
_LEVEL = {
    "venue": "会場",
    "house": "号",
    "block": "番地",
    "small_area": "町丁・字",
    "oaza": "大字",
    "mentioned": "住所の一部",
}


@dataclass(frozen=True)
class Confirmations:
    """Positions that somebody has confirmed, by source, name and address."""

    positions: dict[tuple[str, str, str], tuple[float, float]]

    def find(self, source_id: str, name: str, address: str) -> tuple[float, float] | None:
        """Return longitude and latitude confirmed for a venue (or a place without one), or nothing."""
        return self.positions.get(_key(source_id, name, address))


def no_confirmations() -> Confirmations:
    """Return an empty list."""
    return Confirmations({})


def read_confirmations(path: Path) -> Confirmations:
    """Read a list that was given back: rows marked in 確認 count, with their 緯度 and 経度."""
    table = read_csv(path, wanted=COLUMNS)
    require_columns(table.columns, COLUMNS[:5] + COLUMNS[8:], path=path)
    positions = {}
    for record in table.to_dict("records"):
        found = to_lonlat(str(record["経度"]), str(record["緯度"]))
        if found and consents(str(record["確認"])):
            source_id, name, venue, address = (
                _unguarded(record[column]) for column in ("出典", "名称", "会場", "住所")
            )
            positions[_key(source_id, venue or name, address)] = (found.lon, found.lat)
    return Confirmations(positions)


def write_confirmations(places: gpd.GeoDataFrame, path: Path) -> int:
    """Write the places whose position is uncertain or was confirmed; return how many wait."""
    lines = []
    waiting = 0
    if len(places):
        confirmed = (places["located_by"] == "confirmed").to_numpy()
        uncertain = (places["confidence"] < CONFIRM_BELOW).to_numpy()
        waiting = int(uncertain.sum())
        listed = places[confirmed | uncertain]
        lonlat = listed.geometry.to_crs(LONLAT_EPSG)
        lines = [
            _line(record, _degrees(lon), _degrees(lat))
            for record, lon, lat in zip(listed.to_dict("records"), lonlat.x, lonlat.y, strict=True)
        ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return waiting


def _line(place: dict[object, object], lon: str, lat: str) -> list[str]:
    how, level = str(place["located_by"]), str(place["located_level"])
    cells = [place["source_id"], place["row"], place["name"], place["venue_name"], place["address"]]
    cells += [_HOW.get(how, how), _LEVEL.get(level, level), f"{place['confidence']:.1f}"]
    cells += [lat, lon, "○" if how == "confirmed" else ""]
    return [_guarded(str(cell)) for cell in cells]


def _degrees(value: float) -> str:
    return f"{value:.7f}" if math.isfinite(value) else ""


def _guarded(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _unguarded(cell: object) -> str:
    text = str(cell)
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r") else text


def _key(source_id: str, name: str, address: str) -> tuple[str, str, str]:
    return source_id, normalise(name), normalise(address)
