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
from services.words.texts import catalogue, text

TO_CONFIRM = "to_confirm.csv"
COLUMNS = (
    *("source", "row", "name", "venue", "address", "how", "level", "confidence"),
    *("lat", "lon", "confirmed"),
)
"""Keys of the words above the columns: the list is for the staff, in Japanese."""
_INFORMATIVE = ("how", "level", "confidence")
"""Columns that tell people why a row is there; nobody reads them back."""


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
    """Read a list that was given back: rows marked as confirmed count, with their position."""
    heads = {_head(name): name for name in COLUMNS}
    table = read_csv(path, wanted=heads)
    needed = [head for head, name in heads.items() if name not in _INFORMATIVE]
    require_columns(table.columns, needed, path=path)
    positions = {}
    for record in table.rename(columns=heads).to_dict("records"):
        found = to_lonlat(str(record["lon"]), str(record["lat"]))
        if found and consents(str(record["confirmed"])):
            source_id, name, venue, address = (
                _unguarded(record[column]) for column in ("source", "name", "venue", "address")
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
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_head(name) for name in COLUMNS])
    writer.writerows(lines)
    path.write_bytes(written.getvalue().encode("utf-8-sig"))
    return waiting


def _line(place: dict[object, object], lon: str, lat: str) -> list[str]:
    how, level = str(place["located_by"]), str(place["located_level"])
    cells = [place["source_id"], place["row"], place["name"], place["venue_name"], place["address"]]
    cells += [_said("how", how), _said("level", level), f"{place['confidence']:.1f}"]
    cells += [lat, lon, "○" if how == "confirmed" else ""]
    return [_guarded(str(cell)) for cell in cells]


def _head(name: str) -> str:
    return text(f"confirm.{name}", "ja")


def _said(column: str, code: str) -> str:
    """Return how a position was found, or how fine it is; a code without words stands for itself."""
    return catalogue("ja").get(f"confirm.{column}.{code or 'unknown'}", code)


def _degrees(value: float) -> str:
    return f"{value:.7f}" if math.isfinite(value) else ""


def _guarded(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _unguarded(cell: object) -> str:
    typed = str(cell)
    return (
        typed[1:] if typed[:1] == "'" and typed[1:2] in ("=", "+", "-", "@", "\t", "\r") else typed
    )


def _key(source_id: str, name: str, address: str) -> tuple[str, str, str]:
    return source_id, normalise(name), normalise(address)
