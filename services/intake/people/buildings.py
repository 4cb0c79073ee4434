"""Intake of buildings: where residents live inside an area, by residential floor area."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from geo.arrays import LONLAT_EPSG
from geo.demand.homes import OTHER_USE, UNKNOWN_USE
from geo.errors import Sentence, SourceError
from services.intake.people.usages import classify
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import (
    in_japan,
    read_source,
    require_columns,
    require_file,
    text_of,
    to_numbers,
)
from services.intake.tables.remarks import note_remarks
from services.intake.vectors.reading import read_vector
from services.profile import Buildings, Source

MOST_AREA_M2 = 1e6
"""The largest building of Japan covers less, and has less floor."""
MOST_STOREYS = 100
GEO_METADATA = b"geo"


def read_buildings(
    path: Path, *, spec: Buildings, source: Source, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """
    Read buildings as points in the plane CRS: floor_area_m2, rank, and factors by age group.

    ``geo.demand.homes.allocate`` says what they mean. Of buildings of mixed use the floor area is the part
    that is lived in.
    """
    notes = ledger.of(source.id)
    table, shapes = _read(path, spec=spec, source=source, notes=notes)
    shapes = shapes.to_crs(plane_epsg)
    floor_area_m2 = _floor_area_m2(table, shapes, spec=spec, path=path, notes=notes)
    lived_in = _large_enough(floor_area_m2, spec=spec, notes=notes)
    usages = classify(table, spec)
    _note_unknown(usages.rank[lived_in], spec=spec, notes=notes)
    floor_area_m2 = np.where(usages.mixed, floor_area_m2 * spec.mixed_use_share, floor_area_m2)
    points = shapes if (shapes.geom_type == "Point").all() else shapes.representative_point()
    buildings = gpd.GeoDataFrame(
        {"floor_area_m2": floor_area_m2, "rank": usages.rank, **usages.factors},
        geometry=points.to_numpy(),
        crs=plane_epsg,
    )[lived_in].reset_index(drop=True)
    notes.rows_used += len(buildings)
    if not (buildings["rank"] != OTHER_USE).any():
        raise SourceError(
            "no building is residential; check usage_field {usage_field!r}, usage_scheme "
            "and residential_usages",
            path=path,
            usage_field=spec.usage_field,
        )
    return buildings


def _read(
    path: Path, *, spec: Buildings, source: Source, notes: SourceLedger
) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    require_file(path)
    wanted = [
        *(spec.footprint_field, spec.height_field, spec.storeys_field),
        *(spec.floor_area_field, spec.usage_field),
    ]
    if source.format == "vector" or _is_geoparquet(path):
        frame = read_vector(path, source=source)
        note_remarks(frame, notes=notes)
        require_columns(frame.columns, wanted, path=path)
        notes.rows_read += len(frame)
        return _with_shape(frame, notes=notes)
    table = _read_table(path, source=source, notes=notes)
    require_columns(table.columns, [*wanted, spec.lon_field, spec.lat_field], path=path)
    notes.rows_read += len(table)
    lon, lat = to_numbers(table[spec.lon_field]), to_numbers(table[spec.lat_field])
    if not in_japan(lon, lat).any() and in_japan(lat, lon).any():
        raise SourceError(
            "{lon_field} and {lat_field} are swapped; name them the other way round",
            path=path,
            lon_field=spec.lon_field,
            lat_field=spec.lat_field,
        )
    inside = in_japan(lon, lat)
    _note_refused(int((~inside).sum()), notes=notes)
    points = gpd.GeoSeries.from_xy(lon[inside], lat[inside], crs=source.epsg or LONLAT_EPSG)
    return table[inside].reset_index(drop=True), points


def _is_geoparquet(path: Path) -> bool:
    if path.suffix != ".parquet":
        return False
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error
    return GEO_METADATA in metadata


def _read_table(path: Path, *, source: Source, notes: SourceLedger) -> pd.DataFrame:
    if source.format == "csv":
        return read_source(path, source=source, notes=notes)
    try:
        return pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> SourceError:
    reason = str(error).splitlines()[0]
    return SourceError(
        "cannot be read as Parquet ({reason}); write it again", path=path, reason=reason
    )


def _with_shape(
    frame: gpd.GeoDataFrame, *, notes: SourceLedger
) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    shaped = frame.geometry.notna() & ~frame.geometry.is_empty
    _note_refused(int((~shaped).sum()), notes=notes)
    kept = frame[shaped].reset_index(drop=True)
    return pd.DataFrame(kept.drop(columns=kept.geometry.name)), kept.geometry


def _note_refused(count: int, *, notes: SourceLedger) -> None:
    notes.rows_refused += count
    if count:
        notes.note(
            Entry(
                "no_coordinates",
                Sentence("{count} buildings have no usable position; not used", count=count),
            )
        )


def _floor_area_m2(
    table: pd.DataFrame,
    shapes: gpd.GeoSeries,
    *,
    spec: Buildings,
    path: Path,
    notes: SourceLedger,
) -> np.ndarray:
    """Return the floor area of all storeys: as given, else footprint × storeys; 0 where unknown."""
    footprint_m2 = _footprint_m2(table, shapes, spec=spec, path=path)
    footprint_m2 = _without_impossible(footprint_m2, notes=notes)
    floor_area_m2 = footprint_m2 * _storeys(table, spec=spec, notes=notes)
    if spec.floor_area_field:
        given_m2 = _without_impossible(to_numbers(table[spec.floor_area_field]), notes=notes)
        floor_area_m2 = np.where(given_m2 > 0, given_m2, floor_area_m2)
    return np.where(floor_area_m2 > 0, floor_area_m2, 0.0)


def _footprint_m2(
    table: pd.DataFrame, shapes: gpd.GeoSeries, *, spec: Buildings, path: Path
) -> np.ndarray:
    own_m2 = shapes.area.to_numpy()
    if spec.footprint_field:
        given_m2 = to_numbers(table[spec.footprint_field])
        return np.where(np.isfinite(given_m2), given_m2, own_m2)
    if not own_m2.any() and not spec.floor_area_field:
        raise SourceError(
            "the buildings are points and no footprint_field is given; name the column of m²",
            path=path,
        )
    return own_m2


def _without_impossible(area_m2: np.ndarray, *, notes: SourceLedger) -> np.ndarray:
    impossible = area_m2 > MOST_AREA_M2
    count = int(impossible.sum())
    if count:
        notes.note(
            Entry(
                "impossible_footprint",
                Sentence(
                    "{count} buildings have an area above {most_area_m2:,.0f} m²; not used",
                    count=count,
                    most_area_m2=MOST_AREA_M2,
                ),
            )
        )
    return np.where(impossible, 0.0, area_m2)


def _note_storeys(cells: pd.Series, storeys: np.ndarray, *, notes: SourceLedger) -> None:
    given = np.array([text_of(cell) != "" for cell in cells], dtype=bool)
    wrong = given & ~((storeys >= 0) & (storeys <= MOST_STOREYS))
    count = int(wrong.sum())
    notes.rows_repaired += count
    if count:
        notes.note(
            Entry(
                "impossible_storeys",
                Sentence(
                    "{count} buildings have a number of storeys that cannot be; taken as unknown",
                    count=count,
                ),
                row=int(str(cells.index[int(np.flatnonzero(wrong)[0])])),
            )
        )


def _storeys(table: pd.DataFrame, *, spec: Buildings, notes: SourceLedger) -> np.ndarray:
    storeys = np.full(len(table), np.nan)
    if spec.storeys_field:
        storeys = to_numbers(table[spec.storeys_field])
        _note_storeys(table[spec.storeys_field], storeys, notes=notes)
        storeys = np.where(storeys > MOST_STOREYS, np.nan, storeys)
        storeys = np.where(storeys >= 1, np.round(storeys), np.nan)
    if spec.height_field:
        height_m = to_numbers(table[spec.height_field])
        negative = int(((height_m < 0) & np.isnan(storeys)).sum())
        notes.rows_repaired += negative
        if negative:
            notes.note(
                Entry(
                    "negative_height",
                    Sentence(
                        "{negative} buildings have a negative height; taken as one storey",
                        negative=negative,
                    ),
                )
            )
        storeys = np.where(np.isnan(storeys), np.round(height_m / spec.storey_height_m), storeys)
    counted: np.ndarray = np.fmax(storeys, 1.0)
    return counted


def _large_enough(floor_area_m2: np.ndarray, *, spec: Buildings, notes: SourceLedger) -> np.ndarray:
    """Say which buildings have floor, and enough of it to live on; the others are refused."""
    empty = floor_area_m2 <= 0
    small = ~empty & (floor_area_m2 < spec.min_building_m2)
    notes.rows_refused += int(empty.sum()) + int(small.sum())
    if empty.any():
        notes.note(
            Entry(
                "no_footprint",
                Sentence("{empty} buildings have no footprint; not used", empty=int(empty.sum())),
            )
        )
    if small.any():
        notes.note(
            Entry(
                "small_building",
                Sentence(
                    "{small} buildings have less than {min_building_m2:g} m² of floor; nobody "
                    "lives there",
                    small=int(small.sum()),
                    min_building_m2=spec.min_building_m2,
                ),
            )
        )
    return ~(empty | small)


def _note_unknown(rank: np.ndarray, *, spec: Buildings, notes: SourceLedger) -> None:
    count = int((rank == UNKNOWN_USE).sum())
    if count:
        notes.note(
            Entry(
                "unknown_usage",
                Sentence(
                    "{count} buildings are of unknown use ({usage_field}); residents stand there "
                    "only where an area has no known dwelling",
                    count=count,
                    usage_field=spec.usage_field,
                ),
            )
        )
