"""Edits as planners draw them: a vector file of barriers, closures, paths and corrections."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.edits.drawn import ATTRIBUTES, JOIN_M, Edit, Value, check_edits
from geo.errors import EditError, SourceError
from services.intake.tables.reading import text_of, to_number
from services.intake.vectors.reading import read_vector
from services.profile import Source
from services.words.dates import to_iso_date

PROPERTIES = (
    *(
        "edit_id",
        "kind",
        "name",
        "note",
        "by",
        "date",
        "valid_from",
        "valid_to",
        "osm_id",
        "join_m",
    ),
    *(name for name in ATTRIBUTES if name != "name"),
)
"""What a feature may say; anything else is left out."""

_DEGREE_DIGITS = 8
"""A millimetre: finer than any hand, and the same again each time it is read."""
_WAY = re.compile(r"(?:way\s*/?\s*|w)?([0-9]{1,18})(?:\.0)?")
_YES = frozenset({"yes", "true", "1", "はい", "有", "あり", "○"})
_NO = frozenset({"no", "false", "0", "いいえ", "無", "なし", "×"})
_DAY = 10


@dataclass(frozen=True)
class Feature:
    """One feature of a file: texts, and a shape in longitude and latitude or none."""

    path: Path
    row: int
    properties: dict[str, str]
    shape: BaseGeometry | None

    def fail(self, template: str, /, **facts: object) -> SourceError:
        """Return an error that names this feature."""
        return SourceError(template, path=self.path, row=self.row, **facts)


@dataclass(frozen=True)
class Drawn:
    """An edit with who drew it and when it holds; both days are inclusive."""

    edit: Edit
    feature: Feature
    valid_from: date | None
    valid_to: date | None

    def said(self, name: str) -> str:
        """Return what the feature says of itself: name, note, by, date."""
        return self.feature.properties.get(name, "")

    def in_force(self, day: date) -> bool:
        """Say whether the edit holds on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and not (self.valid_to is not None and self.valid_to < day)


def read_features(path: Path) -> list[Feature]:
    """
    Read a file of edits in any vector format, in longitude and latitude.

    An edit without an ``edit_id`` is named after the file and its number, so that the same file
    given again replaces it.
    """
    frame = read_vector(path, source=_source(path))
    lonlat = frame.geometry.to_crs(LONLAT_EPSG).force_2d()
    there = [name for name in PROPERTIES if name in frame.columns]
    features = []
    cells = zip(*(frame[name] for name in there), strict=True) if there else [()] * len(frame)
    for row, shape, filled in zip(frame.index.tolist(), lonlat.tolist(), cells, strict=True):
        said = {name: text_of(cell) for name, cell in zip(there, filled, strict=True)}
        said = {name: words for name, words in said.items() if words}
        said.setdefault("edit_id", f"{path.stem}-{row}")
        features.append(Feature(path, int(row), said, _rounded(shape)))
    if not features:
        raise SourceError("there is no feature in it; draw at least one edit", path=path)
    return features


def drawn_edits(features: list[Feature], *, plane_epsg: int) -> list[Drawn]:
    """
    Return what features mean, in the plane CRS.

    Raises
    ------
    SourceError
        Of the first feature that cannot be meant.
    """
    lonlat = np.array([feature.shape for feature in features], dtype=object)
    shapes = gpd.GeoSeries(lonlat, crs=LONLAT_EPSG).to_crs(plane_epsg).tolist()
    found = [_drawn(feature, shape) for feature, shape in zip(features, shapes, strict=True)]
    seen: dict[str, Feature] = {}
    for one in found:
        try:
            check_edits([one.edit])
        except EditError as error:
            raise blamed(error, [one]) from error
        first = seen.setdefault(one.edit.edit_id, one.feature)
        if first is not one.feature:
            raise one.feature.fail(
                "edit_id {edit_id} is that of row {first} too; give each edit one of its own",
                edit_id=one.edit.edit_id,
                first=first.row,
            )
    return found


def blamed(error: EditError, drawn: list[Drawn]) -> SourceError:
    """Return an error of the network that names the file and the feature of the edit."""
    feature = next(one.feature for one in drawn if one.edit.edit_id == error.edit_id)
    return feature.fail("{said}", said=error.sentence)


def to_geojson(features: list[Feature]) -> list[dict[str, Any]]:
    """Return features as RFC 7946 has them."""
    return [
        {
            "type": "Feature",
            "properties": dict(sorted(feature.properties.items())),
            "geometry": None if feature.shape is None else shapely.geometry.mapping(feature.shape),
        }
        for feature in features
    ]


def from_geojson(items: list[dict[str, Any]], *, path: Path) -> list[Feature]:
    """Return the features that ``to_geojson`` wrote."""
    return [
        Feature(path, row, item["properties"], _shape(item["geometry"]))
        for row, item in enumerate(items, start=1)
    ]


def _shape(geometry: dict[str, Any] | None) -> BaseGeometry | None:
    return None if geometry is None else shapely.geometry.shape(geometry)


def _source(path: Path) -> Source:
    return Source(
        id="edits", path=path.name, format="vector", title="", credit="", licence="", as_of=""
    )


def _rounded(shape: BaseGeometry | None) -> BaseGeometry | None:
    if shape is None or shape.is_empty:
        return None
    rounded: BaseGeometry = shapely.transform(shape, lambda xy: np.round(xy, _DEGREE_DIGITS))
    return rounded


def _drawn(feature: Feature, shape: BaseGeometry | None) -> Drawn:
    said = feature.properties
    kind = said.get("kind", "").lower()
    edit = Edit(
        edit_id=said["edit_id"],
        kind=kind,  # type: ignore[arg-type]  # checked by check_edits
        shape=shape,
        osm_id=_osm_id(feature),
        attributes=_attributes(feature, kind),
        join_m=_number(feature, "join_m") if "join_m" in said else JOIN_M,
    )
    begins, ends = _day(feature, "valid_from"), _day(feature, "valid_to")
    if begins and ends and ends < begins:
        raise feature.fail(
            "valid_to {ends} is before valid_from {begins}; correct one of them",
            ends=ends,
            begins=begins,
        )
    return Drawn(edit, feature, begins, ends)


def _osm_id(feature: Feature) -> int | None:
    words = feature.properties.get("osm_id", "")
    if not words:
        return None
    match = _WAY.fullmatch(unicodedata.normalize("NFKC", words).strip().lower())
    if match is None:
        raise feature.fail(
            "osm_id {words!r} is not the number of a way; write it like 23456789", words=words
        )
    return int(match[1])


def _attributes(feature: Feature, kind: str) -> dict[str, Value]:
    """Return what a path or a correction says of the street; others say nothing of it."""
    if kind not in ("path", "correction"):
        return {}
    said = feature.properties
    # The name of a correction is its own, that of a path is the path's.
    names = [name for name in ATTRIBUTES if said.get(name) and (name != "name" or kind == "path")]
    return {name: _value(feature, name) for name in names}


def _value(feature: Feature, name: str) -> Value:
    words, wanted = feature.properties[name], ATTRIBUTES[name]
    if wanted is float:
        return _number(feature, name)
    if wanted is str:
        return words
    form = unicodedata.normalize("NFKC", words).strip().lower()
    if form in _YES or form in _NO:
        return form in _YES
    raise feature.fail("{name} is {words!r}; say yes or no", name=name, words=words)


def _number(feature: Feature, name: str) -> float:
    words = feature.properties[name]
    number = to_number(words)
    if not np.isfinite(number):
        raise feature.fail("{name} is {words!r}; give a number", name=name, words=words)
    return number


def _day(feature: Feature, name: str) -> date | None:
    words = feature.properties.get(name, "")
    if not words:
        return None
    iso = to_iso_date(words)
    if len(iso) != _DAY:
        raise feature.fail(
            "{name} {words!r} is not a day; write it like 2025-04-01", name=name, words=words
        )
    return date.fromisoformat(iso)
