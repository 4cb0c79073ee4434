"""The model town, from its plan and seed to a folder of files."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Polygon

from services.modeltown.arterials import draw_arterials
from services.modeltown.blocks import Blocks, draw_blocks
from services.modeltown.cells import Cells, draw_cells
from services.modeltown.crossings import rail_crossings, river_bridges
from services.modeltown.extras import draw_lone_path
from services.modeltown.footways import (
    Castle,
    castle_ways,
    danchi_paths,
    draw_castle,
    outside,
    sidewalks,
    temple_approaches,
)
from services.modeltown.houses import BuildingPoints, draw_buildings
from services.modeltown.landscape import Landscape, draw_landscape
from services.modeltown.layers import Layers, draw_layers
from services.modeltown.linework import polygonal
from services.modeltown.local import local_streets
from services.modeltown.lots import draw_lots
from services.modeltown.people import capacity, residents
from services.modeltown.places import Home, Row, draw_places
from services.modeltown.plan import TownPlan
from services.modeltown.streets import TownStreets, edge_streets, join
from services.modeltown.venues import Hall, draw_further_venues, draw_rooms, draw_venues
from services.workspace.progress import Progress, silent

TOWN_GAP_M = 70.0
_PLANNING = 5


@dataclass(frozen=True)
class Town:
    """Everything of one town, in its own metres around its middle."""

    ground: Landscape
    cells: Cells
    castle: Castle
    streets: TownStreets
    blocks: Blocks
    lone_path: LineString
    buildings: BuildingPoints
    layers: Layers
    people: pd.DataFrame
    venues: list[Hall]
    rooms: list[list[str]]
    places: list[Row]


def draw_streets(ground: Landscape, rng: np.random.Generator) -> tuple[Cells, Castle, TownStreets]:
    """Lay main roads, cells, crossings and local streets."""
    roads = draw_arterials(ground.plan, rng, centre=ground.centre)
    cells = draw_cells(ground, roads, rng)
    inside = [cell for cell, town in zip(cells.polygons, cells.in_town, strict=True) if town]
    outline = polygonal(shapely.union_all([cell.buffer(TOWN_GAP_M) for cell in inside]))
    main = edge_streets(ground, roads)
    stretches = [
        *main,
        *river_bridges(roads, ground.river, ground.plan, outline),
        *rail_crossings(roads, ground.railway, ground.plan, outline),
        *local_streets(cells, rng),
        *danchi_paths(cells, rng),
        *temple_approaches(ground, cells),
        *sidewalks(ground, main),
    ]
    castle = draw_castle(ground, rng)
    stretches = [*outside(stretches, castle.park), *castle_ways(castle)]
    return cells, castle, join(stretches, ground)


def draw_town(plan: TownPlan, *, seed: int, progress: Progress = silent) -> Town:
    """Generate a town; the same seed gives the same town."""
    rng = np.random.default_rng(seed)
    progress("town.ground", 0.0)
    ground = draw_landscape(plan, rng)
    cells, castle, streets = draw_streets(ground, rng)
    progress("town.blocks", 0.35)
    blocks = draw_blocks(ground, cells, streets)
    progress("town.buildings", 0.5)
    lone_path = draw_lone_path(cells, blocks)
    lots = draw_lots(cells, streets, blocks, rng, closed=_closed(ground, castle, lone_path))
    buildings = draw_buildings(lots, cells, blocks, rng, number=plan.buildings)
    progress("town.people", 0.65)
    held = capacity(blocks, buildings, cells)
    layers = draw_layers(blocks, cells, held[0], plan, rng)
    people = residents(layers.districts.small_area, held, plan, rng)
    venues = draw_venues(layers.districts, buildings, blocks, rng)
    home = _home(layers, buildings, rng)
    places = draw_places(venues, home, plan, rng)
    # Dice of its own: what plans look at was added later, and changed nothing of the rest.
    dice = np.random.default_rng([seed, _PLANNING])
    venues = [
        *venues,
        *draw_further_venues(venues, layers.districts, (buildings, blocks, cells), dice),
    ]
    return Town(
        ground=ground,
        cells=cells,
        castle=castle,
        streets=streets,
        blocks=blocks,
        lone_path=lone_path,
        buildings=buildings,
        layers=layers,
        people=people,
        venues=venues,
        rooms=draw_rooms(venues, dice),
        places=places,
    )


def _closed(ground: Landscape, castle: Castle, lone_path: LineString) -> list[shapely.Geometry]:
    """Return the land on which nothing is built."""
    park = Polygon(lone_path).buffer(10.0)
    return [
        ground.river.banks.buffer(6.0),
        ground.railway.corridor.buffer(3.0),
        castle.park,
        park,
    ]


def _home(layers: Layers, buildings: BuildingPoints, rng: np.random.Generator) -> Home:
    houses = np.flatnonzero(buildings.usage == "411")
    chosen = int(rng.choice(houses))
    area = int(layers.districts.small_area[buildings.block[chosen]])
    east_m, north_m = buildings.xy[chosen].tolist()
    return Home(layers.districts.small_area_names[area], (east_m, north_m))
