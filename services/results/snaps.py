"""
Snaps: how every home, place and venue joins the streets, as a table and a layer.

Every leg shows where people live: the full layer is of the exact view alone. The public view tells
numbers by area and class, and the places that no street comes near.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyogrio import write_dataframe

from geo.arrays import TOLERANCE
from geo.edits.applied import CLOSED
from geo.errors import InvalidInputError
from geo.streets.network import Network
from geo.walking.snapping import REASONS
from services.registry.seen import seen_venues
from services.situation.assumptions import assumptions_now
from services.situation.naming import names_of
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.assumptions import AREAS, PEOPLE, PLACES, STREETS, marks, used
from services.words.texts import LANGS, metres, text
from services.workspace.folder import REMAINDER, Workspace, software_version
from services.workspace.staging import staged_file

KINDS = ("home", "place", "venue")
CLASSES_M = (25.0, 50.0, 100.0, 300.0)
"""Upper ends of the classes of legs, inclusive; a longer leg is in the last class of all."""
CLASSES = ("0-25", "25-50", "50-100", "100-300", "300+")

COLUMNS = (
    *("kind", "id", "name", "osm_id", "street", "snap_m", "distance_class"),
    *("reason", "why", "why_en", "residents", "geometry"),
)
_PUBLIC_PLACES = ("place_id", "name", "status", "reason", "why", "why_en", "blurred", "geometry")

ABOUT = (PLACES, PEOPLE, AREAS, STREETS)
"""What a leg and its residents stand on."""

_Layers = dict[str, tuple[pd.DataFrame, str | None]]
"""Name → a table and what its geometries are, None where it has none."""


@dataclass(frozen=True)
class SnapLine:
    """One line of the summary."""

    kind: str
    distance_class: str
    """Of the leg in metres, '' where nothing is joined."""
    reason: str
    why: str
    why_en: str
    points_n: int
    residents: float | None
    """Of the main age group; None for places and venues."""


@dataclass(frozen=True)
class Written:
    """A file of snaps and its summary."""

    path: Path
    lines: tuple[SnapLine, ...]


@dataclass(frozen=True)
class PublicSnaps:
    """
    What the public view tells.

    Attributes
    ----------
    areas
        A row per layer and area, and one for what lies in none: ``layer, area_id, area_name,
        age_group, unsnapped`` (residents), polygons.
    classes
        As ``snaps_by_class``.
    places
        The places that join no street: ``place_id, name, status, reason, why, why_en, blurred``,
        points.
    """

    areas: gpd.GeoDataFrame
    classes: pd.DataFrame
    places: gpd.GeoDataFrame


def snaps_frame(workspace: Workspace) -> gpd.GeoDataFrame:
    """
    Return how every home, place and venue joins the streets.

    Columns: ``kind`` (home, place, venue), ``id`` and ``name`` (of places and venues; homes have
    none), ``osm_id`` and ``street`` of the edge, ``snap_m``, ``distance_class`` (metres),
    ``reason`` with ``why, why_en``, ``residents`` (of the main age group, homes only). The geometry
    is the leg from the point to where it joins, the point itself where it joins nothing, and none
    where its position is not known. Plane CRS.
    """
    return _snaps_frame(_situation(workspace))


def snaps_by_class(snaps: pd.DataFrame) -> pd.DataFrame:
    """
    Count snaps: ``kind, distance_class, reason, why, why_en, points_n, residents``.

    Legs by class come first, shortest first, then the reasons why there is none; what does not
    occur has no row.
    """
    order = {name: position for position, name in enumerate((*KINDS, *CLASSES, *REASONS, CLOSED))}
    keys = ["kind", "distance_class", "reason", "why", "why_en"]
    rows = snaps.groupby(keys, sort=False, observed=True)["residents"]
    table = rows.agg(points_n="size", residents=lambda part: part.sum(min_count=1)).reset_index()
    last = (table["distance_class"] + table["reason"]).map(order)
    ranked = table.assign(_kind=table["kind"].map(order), _last=last)
    return ranked.sort_values(["_kind", "_last"], ignore_index=True).drop(
        columns=["_kind", "_last"]
    )


def public_snaps(workspace: Workspace) -> PublicSnaps:
    """Return numbers, and the places without a street; no position of a home is among them."""
    situation = _situation(workspace)
    snaps = _snaps_frame(situation)
    return PublicSnaps(
        areas=_with_shapes(_unsnapped_by_area(situation), situation.areas),
        classes=snaps_by_class(snaps),
        places=_unsnapped_places(situation, snaps),
    )


def write_snaps(workspace: Workspace, out: Path | None = None) -> Written:
    """
    Write what the workspace's view knows of the snaps as a GeoPackage.

    In the exact view, by default in the workspace, the layers ``snaps`` (the legs), ``unsnapped``
    (points), ``classes``, ``about``: they show where people live, and the folder of what may leave
    is refused. In the public one, by default among the exported files, ``unsnapped_by_area``,
    ``unsnapped_places``, ``classes``, ``about``.
    """
    return _write_public(workspace, out) if workspace.is_public else _write_legs(workspace, out)


def _write_legs(workspace: Workspace, out: Path | None) -> Written:
    path = out or workspace.path / "internal" / "snaps.gpkg"
    _require_gpkg(path)
    if path.resolve().is_relative_to((workspace.path / "export").resolve()):
        raise InvalidInputError(
            "{path}: lies in the folder of what may leave, and every snap shows where "
            "people live; name another folder with --out, or write what may leave with "
            "--view public",
            path=path,
        )
    snaps = snaps_frame(workspace)
    joined = (snaps["reason"] == "").to_numpy()
    classes = snaps_by_class(snaps)
    layers: _Layers = {
        "snaps": (snaps[joined], "LineString"),
        "unsnapped": (snaps[~joined], "Point"),
        "classes": (classes, None),
        "about": (_about(workspace, "snaps.internal"), None),
    }
    return Written(_write(path, layers), _lines(classes))


def _write_public(workspace: Workspace, out: Path | None) -> Written:
    path = out or workspace.path / "export" / "snaps.gpkg"
    _require_gpkg(path)
    found = public_snaps(workspace)
    layers: _Layers = {
        "unsnapped_by_area": (found.areas, "MultiPolygon"),
        "unsnapped_places": (found.places, "Point"),
        "classes": (found.classes, None),
        "about": (_about(workspace, "snaps.public"), None),
    }
    return Written(_write(path, layers), _lines(found.classes))


def why(reason: str, limit_m: float, lang: str) -> str:
    """Return a reason of ``geo.walking.snapping`` in words, those of being joined for ''."""
    return text(f"snap.{reason}", lang, limit=metres(limit_m, lang))


def distance_classes(snap_m: "np.ndarray[Any, np.dtype[np.float64]]") -> list[str]:
    """Return the class of each leg, '' where there is none; a leg of just 25 m is in the first."""
    position = np.searchsorted(np.array(CLASSES_M) + TOLERANCE, snap_m, side="left")
    return [
        CLASSES[at] if known else ""
        for at, known in zip(position, np.isfinite(snap_m), strict=True)
    ]


def _situation(workspace: Workspace) -> Situation:
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    return Situation(workspace, parameters)


def _snaps_frame(situation: Situation) -> gpd.GeoDataFrame:
    profile, network = situation.profile, situation.network
    venues = seen_venues(situation.workspace)
    homes, places = situation.homes, situation.places
    home_snaps = homes.rename(columns={"snap_x": "x", "snap_y": "y", "unsnapped": "reason"})
    frames = [
        _part("home", homes, home_snaps, network).assign(
            residents=homes[profile.analysis.age_group].to_numpy(dtype=float)
        ),
        _part("place", places, situation.snap(places), network),
        _part("venue", venues, situation.snap(venues), network),
    ]
    snaps = pd.concat(frames, ignore_index=True)
    limit_m = profile.streets.snap_limit_m
    words = {
        reason: (why(reason, limit_m, "ja"), why(reason, limit_m, "en"))
        for reason in snaps["reason"].unique()
    }
    snaps["why"] = [words[reason][0] for reason in snaps["reason"]]
    snaps["why_en"] = [words[reason][1] for reason in snaps["reason"]]
    frame: gpd.GeoDataFrame = snaps[list(COLUMNS)]
    return frame


def _part(
    kind: str, points: gpd.GeoDataFrame, snaps: pd.DataFrame, network: Network
) -> gpd.GeoDataFrame:
    """Return the rows of one kind; ``snaps`` are those of the points, row by row."""
    edge = snaps["edge"].to_numpy(dtype=np.int64)
    joined = edge >= 0
    geometry = points.geometry.to_numpy().copy()
    spots = snaps[["x", "y"]].to_numpy(dtype=float)
    ends = np.stack([shapely.get_coordinates(geometry[joined]), spots[joined]], axis=1)
    geometry[joined] = shapely.linestrings(ends)
    attributes = network.edges.reset_index(drop=True).reindex(edge)
    none = [""] * len(points)
    snap_m = snaps["snap_m"].to_numpy(dtype=float)
    return gpd.GeoDataFrame(
        {
            "kind": kind,
            "id": none if kind == "home" else points[f"{kind}_id"].to_numpy(),
            "name": none if kind == "home" else points["name"].to_numpy(),
            "osm_id": attributes["osm_id"].astype("Int64").array,
            "street": attributes["name"].fillna("").to_numpy(),
            "snap_m": snap_m,
            "distance_class": distance_classes(snap_m),
            "reason": snaps["reason"].to_numpy(),
            "residents": np.nan,
        },
        geometry=gpd.GeoSeries(geometry, crs=network.epsg),
    )


def _unsnapped_by_area(situation: Situation) -> pd.DataFrame:
    """Return for each layer and area, and what lies in none, the residents without a street."""
    homes, age_group = situation.homes, situation.profile.analysis.age_group
    residents = homes[age_group].where(homes["edge"] < 0, 0.0).astype(float)
    tables = []
    for layer in situation.profile.layers:
        areas = situation.areas[situation.areas["layer"] == layer.id]
        area_id = homes[f"in_{layer.id}"].replace("", REMAINDER).to_numpy(dtype=object)
        table = names_of(areas)
        found = residents.groupby(area_id).sum().reindex(table["area_id"]).fillna(0.0)
        tables.append(table.assign(layer=layer.id, age_group=age_group, unsnapped=found.to_numpy()))
    columns = ["layer", "area_id", "area_name", "age_group", "unsnapped"]
    return pd.concat(tables, ignore_index=True)[columns]


def _with_shapes(table: pd.DataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = areas.set_index(["layer", "area_id"])["geometry"]
    keys = pd.MultiIndex.from_frame(table[["layer", "area_id"]])
    return gpd.GeoDataFrame(table, geometry=np.asarray(shapes.reindex(keys)), crs=areas.crs)


def _unsnapped_places(situation: Situation, snaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    own = snaps[snaps["kind"] == "place"].reset_index(drop=True)
    places = situation.places.reset_index(drop=True)
    told = places.assign(
        **{name: own[name] for name in ("reason", "why", "why_en")},
        blurred=places["private_home"].astype(bool) & situation.workspace.is_public,
    )
    unsnapped = told[told["reason"] != ""]
    frame: gpd.GeoDataFrame = unsnapped[list(_PUBLIC_PLACES)].reset_index(drop=True)
    return frame


def _lines(classes: pd.DataFrame) -> tuple[SnapLine, ...]:
    return tuple(
        SnapLine(
            kind=row["kind"],
            distance_class=row["distance_class"],
            reason=row["reason"],
            why=row["why"],
            why_en=row["why_en"],
            points_n=int(row["points_n"]),
            residents=None if pd.isna(row["residents"]) else float(row["residents"]),
        )
        for row in classes.to_dict("records")
    )


def _about(workspace: Workspace, note: str) -> pd.DataFrame:
    streets, assumed = workspace.profile.streets, assumptions_now(workspace)
    told = {
        "note": text(note, "ja"),
        "note_en": text(note, "en"),
        "municipality": workspace.profile.municipality.name,
        "software": f"arukeba {software_version()}",
        "age_group": workspace.profile.analysis.age_group,
        "snap_limit_m": f"{streets.snap_limit_m:g}",
        "isolated_below_m": f"{streets.isolated_below_m:g}",
        **{
            f"assumed_{lang}": "\n".join(marks(assumed, lang, ABOUT))
            for lang in LANGS
            if used(assumed, ABOUT)
        },
    }
    return pd.DataFrame({"key": list(told), "value": list(told.values())})


def _require_gpkg(path: Path) -> None:
    if path.suffix.lower() != ".gpkg":
        raise InvalidInputError(
            "{path}: snaps are written as a GeoPackage; name a file that ends with .gpkg", path=path
        )


def _write(path: Path, layers: _Layers) -> Path:
    with staged_file(path) as staged:
        for name, (table, geometry_type) in layers.items():
            write: Callable[..., None] = write_dataframe
            shape = {"geometry_type": geometry_type} if geometry_type else {}
            write(
                table.reset_index(drop=True),
                staged,
                layer=name,
                driver="GPKG",
                append=staged.exists(),
                promote_to_multi=geometry_type == "MultiPolygon",
                **shape,
            )
    return path
