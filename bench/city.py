"""
One city of 170,000 homes, 300 places and 74,000 nodes, the same in every run.

It is the model town ``city``, grown: streets are cut into pieces, the longest first; homes drawn at
random count as two, each with half the residents, the second elsewhere on the same street; places
drawn at random open once more at the door of a home. Totals, areas and the shape of the town stay.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import IntArray
from geo.streets.network import Network, network_to_frames
from services.registry.places import create_registry, read_places, read_venues, write_registry
from services.situation.parameters import Parameters
from services.workspace.folder import Workspace, open_workspace, registry_file

NODES_N, HOMES_N, PLACES_N = 74_000, 170_000, 300
_SNAP_COLUMNS = ["edge", "offset_m", "snap_x", "snap_y"]


def grown(source: Path, folder: Path) -> Path:
    """Write the grown city of a workspace into ``folder``."""
    town = open_workspace(source)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("results", "registry*"))
    rng = np.random.default_rng(1)
    network, pieces_n = cut(town.network(), NODES_N)
    nodes, edges = network_to_frames(network)
    nodes.to_parquet(folder / "network" / "nodes.parquet")
    edges.to_parquet(folder / "network" / "edges.parquet")
    homes = on_pieces(_more_homes(town.demand(), town.network(), rng), town.network(), pieces_n)
    homes.to_parquet(folder / "layers" / "demand.parquet")
    epsg = town.profile.municipality.plane_epsg
    venues, places = read_venues(town.registry_url, epsg), read_places(town.registry_url, epsg)
    create_registry(registry_file(folder))
    write_registry(registry_file(folder), venues, _more_places(places, homes, rng))
    return folder


def asked(folder: Path) -> tuple[Workspace, Parameters]:
    """Open the grown city with five layers of many areas each, three profiles and four limits."""
    workspace = open_workspace(folder)
    layers = [layer for layer in workspace.profile.layers if layer.kind != "municipality"]
    vars(workspace)["profile"] = workspace.profile.model_copy(update={"layers": layers})
    parameters = Parameters.of(workspace.profile)
    limits = tuple(limit for limit in parameters.limits if limit.minutes is None)
    return workspace, replace(parameters, limits=limits)


def cut(network: Network, nodes_n: int) -> tuple[Network, IntArray]:
    """Cut edges into equal pieces, straight from end to end, until there are ``nodes_n`` nodes.

    Returns the network and (m,) pieces of each edge; its lengths are those along the street.
    """
    edges_n = len(network.edge_u)
    more, rest = divmod(max(nodes_n - len(network.node_xy), 0), edges_n)
    pieces_n = np.full(edges_n, 1 + more)
    pieces_n[np.argsort(-network.edge_length_m, kind="stable")[:rest]] += 1
    edge = np.repeat(np.arange(edges_n), pieces_n)
    first = np.cumsum(pieces_n) - pieces_n
    number = np.arange(edge.size) - first[edge]
    share = np.stack([number, number + 1]) / pieces_n[edge]
    xy = _xy_along(network, edge, share)
    cuts_n = edge.size - edges_n
    inner = number > 0
    new_node = np.cumsum(inner) - 1 + len(network.node_xy)
    u = np.where(inner, new_node, network.edge_u[edge])
    v = np.where(number < pieces_n[edge] - 1, np.append(new_node[1:], 0), network.edge_v[edge])
    made = replace(
        network,
        node_xy=np.concatenate([network.node_xy, xy[0][inner]]),
        edge_u=u,
        edge_v=v,
        edge_length_m=network.edge_length_m[edge] / pieces_n[edge],
        edge_xy=xy.swapaxes(0, 1).reshape(-1, 2),
        edge_start=np.arange(0, 2 * edge.size + 1, 2),
        edges=network.edges.iloc[edge].reset_index(drop=True),
        node_kind=np.concatenate([network.node_kind, np.zeros(cuts_n, dtype=np.int8)]),
        station_start=np.arange(0, 2 * edge.size + 1, 2),
        station_height_m=_height_m(network, edge, share).T.ravel(),
    )
    return made, pieces_n


def _xy_along(network: Network, edge: IntArray, share: np.ndarray) -> np.ndarray:
    """Return (2, pieces, 2) where pieces begin and end."""
    lines = network.edge_lines[edge]
    points = [shapely.line_interpolate_point(lines, part, normalized=True) for part in share]
    return np.stack([shapely.get_coordinates(part) for part in points])


def _height_m(network: Network, edge: IntArray, share: np.ndarray) -> np.ndarray:
    """Return (2, pieces) heights, linear between stations."""
    first = network.station_start[edge]
    steps_n = network.station_start[edge + 1] - first - 1
    place = share * steps_n
    below = np.minimum(place.astype(np.int64), steps_n - 1)
    low, high = network.station_height_m[first + below], network.station_height_m[first + below + 1]
    return low + (place - below) * (high - low)


def _more_homes(
    homes: gpd.GeoDataFrame, network: Network, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    known = np.flatnonzero(homes["edge"].to_numpy() >= 0)
    drawn = np.sort(rng.choice(known, HOMES_N - len(homes), replace=False))
    residents = [name for name in homes.columns if pd.api.types.is_float_dtype(homes[name])]
    residents = [name for name in residents if name not in ("offset_m", "snap_m", *_SNAP_COLUMNS)]
    homes = homes.copy()
    homes.loc[homes.index[drawn], residents] /= 2
    second = homes.iloc[drawn].copy()
    edge = second["edge"].to_numpy()
    second["offset_m"] = rng.random(len(second)) * network.edge_length_m[edge]
    spot = shapely.line_interpolate_point(network.edge_lines[edge], second["offset_m"].to_numpy())
    moved = shapely.get_coordinates(spot) - second[["snap_x", "snap_y"]].to_numpy()
    second["snap_x"], second["snap_y"] = shapely.get_coordinates(spot).T
    there = shapely.get_coordinates(second.geometry.to_numpy()) + moved
    second = second.set_geometry(gpd.points_from_xy(*there.T, crs=homes.crs))
    return gpd.GeoDataFrame(pd.concat([homes, second], ignore_index=True), crs=homes.crs)


def on_pieces(homes: gpd.GeoDataFrame, network: Network, pieces_n: IntArray) -> gpd.GeoDataFrame:
    """Let homes stand on the pieces of their streets that ``cut`` has made."""
    edge = homes["edge"].to_numpy()
    known = edge >= 0
    first = np.cumsum(pieces_n) - pieces_n
    piece_m = (network.edge_length_m / pieces_n)[edge]
    offset_m = homes["offset_m"].to_numpy()
    number = np.zeros(len(homes), dtype=np.int64)
    number[known] = np.minimum(offset_m[known] / piece_m[known], pieces_n[edge][known] - 1)
    return homes.assign(
        edge=np.where(known, first[edge] + number, -1), offset_m=offset_m - number * piece_m
    )


def _more_places(
    places: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    drawn = places.iloc[rng.choice(len(places), PLACES_N - len(places), replace=False)].copy()
    numbers = [str(number) for number in range(len(drawn))]
    doors = homes.geometry.iloc[rng.choice(len(homes), len(drawn), replace=False)]
    drawn = drawn.assign(
        place_id=[f"more-{number}" for number in numbers],
        venue_id=[f"more-venue-{number}" for number in numbers],
        venue_name=[f"増設会館{number}" for number in numbers],
        status="active",
    ).set_geometry(gpd.GeoSeries(doors.to_numpy(), index=drawn.index, crs=places.crs))
    return gpd.GeoDataFrame(pd.concat([places, drawn], ignore_index=True), crs=places.crs)
