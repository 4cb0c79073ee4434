"""Areas of one layer that share land: listed with who lives there, each counted in one of them only."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.areas.overlaps import SLIVER_M, overlaps
from geo.errors import Sentence
from services.intake.areas.polygons import PROFILE, Assembly
from services.intake.tables.ledger import Entry, Ledger
from services.profile import Layer, Profile

_SHOWN = 10


def note_overlaps(
    assembly: Assembly, homes: gpd.GeoDataFrame, *, profile: Profile, ledger: Ledger
) -> None:
    """List, in every version of every layer, the areas that overlap; ``homes`` with their residents."""
    known = {(layer.id, layer.version): layer for layer in profile.layers}
    residents = homes[profile.analysis.age_group].to_numpy(dtype=float)
    columns = (assembly.areas[name].astype(str) for name in ("layer", "version"))
    for version in dict.fromkeys(zip(*columns, strict=True)):
        layer = known[version]
        # Of a layer that is the very same as another one enough is said there.
        if layer.same_areas_as:
            continue
        areas = assembly.of_version((layer.id, layer.version))
        notes = ledger.of(layer.source or PROFILE)
        for _, pairs in overlaps(areas).groupby("wider", sort=False):
            notes.note(_entry(layer, areas, pairs, homes=homes, residents=residents))


def _entry(
    layer: Layer,
    areas: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    *,
    homes: gpd.GeoDataFrame,
    residents: np.ndarray,
) -> Entry:
    names = areas["area_name"].to_numpy()
    land = gpd.GeoSeries(pairs.geometry).union_all()
    listed = [str(name) for name in names[pairs["narrower"]]]
    return Entry(
        "overlap",
        Sentence(
            "layer {id} ({version}): {name} shares {shared_ha:.2f} ha with other areas: {listed_n} "
            "({listing}{more}), not counting strips up to {sliver_m:g} m; who lives there is "
            "counted in the area with the lowest id alone, correct the borders or take one of "
            "them out",
            id=layer.id,
            version=layer.version,
            name=str(names[pairs["wider"].iloc[0]]),
            shared_ha=float(land.area) / 10_000,
            listed_n=len(listed),
            listing="、".join(listed[:_SHOWN]),
            more=" …" if listed[_SHOWN:] else "",
            sliver_m=SLIVER_M,
            label=layer.label,
        ),
        residents=float(residents[homes.intersects(land).to_numpy()].sum()),
    )
