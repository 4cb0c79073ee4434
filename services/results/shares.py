"""
Shares: the municipality's targets broken down to the areas of its councils (「あなたの地域の分」).

A target 「小学校区ごとに週1型」 has a number; every council area gets the part of it that its own areas
of that layer make up, else the part that its residents do. The parts always add up to the number.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from geo.coverage.reached import Layering
from geo.demand.apportionment import apportion
from geo.errors import NotFoundError
from services.profile import Target
from services.results.targets import meets_target
from services.situation.assumptions import assumptions_now
from services.situation.parameters import Parameters
from services.situation.places import TODAY, Selection, places_frame
from services.situation.view import layering_of
from services.words.assumptions import AREAS, PLACES, marked, used
from services.words.texts import lang_of, number, text
from services.workspace.folder import REMAINDER, Workspace


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A target of the municipality, and what of it falls to the area: so many areas, or places."""

    label: str
    share: str
    existing: str
    planned: str
    missing: str


COLUMNS = (
    *("target", "label", "label_en", "frequency", "layer", "area_id", "area_name"),
    *("counts", "share", "existing", "planned", "missing", "approximate"),
)

_NUMBERS = ("share", "existing", "planned", "missing")


def shares_frame(workspace: Workspace, selection: Selection = TODAY) -> pd.DataFrame:
    """
    Return for each target of the profile and each council area its share (``COLUMNS``).

    ``counts`` says what is counted: areas of the target's layer that have such a place, each of them
    the council's where most of its residents live, or places where the layer has no borders.
    ``existing`` is there today, ``planned`` what adopted candidates would add, ``missing`` the rest.
    The row ``_remainder`` holds what lies in no council's area, and is there only if it holds any.
    Nothing is said of single residents: areas and places are counted.
    """
    if not workspace.profile.targets:
        return pd.DataFrame(columns=list(COLUMNS))
    today = _Day(workspace, selection)
    then = _Day(workspace, replace(selection, with_planned=True))
    rows = [
        row
        for position, target in enumerate(workspace.profile.targets)
        for row in _target_rows(position, target, today, then)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def shares_of_run(workspace: Workspace, run: Mapping[str, Any]) -> pd.DataFrame:
    """Return the shares with those places counted that a run counts, and what is planned at the moment."""
    suspended = bool(run["parameters"].get("with_suspended", False))
    return shares_frame(workspace, Selection(with_suspended=suspended))


def share_of(shares: pd.DataFrame, area: str) -> list[dict[Hashable, Any]]:
    """Return the rows of one area, by id or name."""
    for column in ("area_id", "area_name"):
        found = shares[shares[column] == area]
        if len(found):
            return found.to_dict("records")
    names = ", ".join(dict.fromkeys(shares["area_name"]))
    raise NotFoundError(
        "no council has the area {area!r}; there are {names}", area=area, names=names
    )


def share_lines(rows: Sequence[Mapping[Hashable, Any]], lang: str) -> list[str]:
    """Say the share of an area, a sentence a target."""
    return [_sentence(row, lang) for row in rows]


def share_table(rows: Sequence[Mapping[Hashable, Any]], lang: str) -> tuple[ShareLine, ...]:
    """Return the share of an area as lines of a table."""
    return tuple(ShareLine(_label(row, lang), *_counted(row, lang)) for row in rows)


def _counted(row: Mapping[Hashable, Any], lang: str) -> list[str]:
    return [text(f"text.{row['counts']}", lang, n=number(row[name])) for name in _NUMBERS]


def share_figures(rows: Sequence[Mapping[Hashable, Any]]) -> list[dict[str, Any]]:
    """Return the share of an area as plain figures."""
    names = ("label", "label_en", "frequency", "counts", *_NUMBERS, "approximate")
    return [{name: row[name] for name in names} for row in rows]


def _sentence(row: Mapping[Hashable, Any], lang: str) -> str:
    key = "share.reached" if not row["missing"] else "share.missing"
    if not row["share"]:
        key = "share.none"
    values = {name: number(row[name]) for name in _NUMBERS}
    unit = text(f"share.unit.{row['counts']}", lang)
    return text(key, lang, area=row["area_name"], label=_label(row, lang), unit=unit, **values)


def _label(row: Mapping[Hashable, Any], lang: str) -> str:
    label = str(row["label"] if lang_of(lang) == "ja" else row["label_en"])
    return text("share.approximate", lang, label=label) if row["approximate"] else label


class _Day:
    """The places of a day, or with the planned ones, seen against the councils' areas."""

    def __init__(self, workspace: Workspace, selection: Selection) -> None:
        self._workspace = workspace
        self.profile = workspace.profile
        places = places_frame(workspace, selection)
        located = ~(places.geometry.isna() | places.geometry.is_empty)
        self.counted = places[located & places["counts"]]
        councils = self.layering(self.profile.analysis.council_layer)
        ids = [*councils.areas["area_id"].astype(str), REMAINDER]
        names = [*councils.areas["area_name"].astype(str), text("share.elsewhere", "ja")]
        self.names = dict(zip(ids, names, strict=True))
        self.ids = np.array(ids, dtype=object)
        self.home = councils.home_area
        self.place = councils.place_area
        self.areas = gpd.GeoDataFrame(councils.areas)
        age_group = Parameters.of(self.profile).age_group
        self.weight = workspace.demand()[age_group].to_numpy(dtype=float)

    def layering(self, layer: str) -> Layering:
        """Return a layer seen from homes and counted places."""
        xy = shapely.get_coordinates(self.counted.geometry.to_numpy())
        return layering_of(self._workspace, layer, xy)

    def has_borders(self, target: Target) -> bool:
        """Say whether the areas of a target are known."""
        return target.layer in [layer.id for layer in self.profile.layers]

    def weights(self, owners: np.ndarray | None) -> dict[str, float]:
        """Return how much of a target each council area makes up: areas, else residents."""
        if owners is not None:
            return {name: float(n) for name, n in self._count(owners).items()}
        sums: dict[str, list[float]] = {name: [] for name in self.names}
        for owner, weight in zip(self.ids[self.home], self.weight, strict=True):
            sums[owner].append(float(weight))
        # An exact sum: the order of the homes changes nothing.
        return {name: fsum(parts) for name, parts in sums.items()}

    def owners(self, target: Target) -> np.ndarray:
        """Return for each area of the target's layer the council area where most residents live."""
        layering = self.layering(target.layer)
        known = layering.home_area >= 0
        homes = pd.DataFrame(
            {
                "area": layering.home_area[known],
                "owner": self.ids[self.home[known]],
                "weight": self.weight[known],
            }
        )
        people = homes.groupby(["area", "owner"], sort=True)["weight"].agg(fsum).reset_index()
        people = people[people["weight"] > 0]
        most = people.sort_values(
            ["area", "weight", "owner"], ascending=[True, False, True]
        ).drop_duplicates("area")
        inside = shapely.get_coordinates(
            gpd.GeoDataFrame(layering.areas).geometry.representative_point().to_numpy()
        )
        # Where nobody lives, the middle of the area tells.
        owners = self.ids[locate(inside, self.areas)]
        owners[most["area"].to_numpy(dtype=int)] = most["owner"].to_numpy()
        return owners

    def existing(self, target: Target, owners: np.ndarray | None) -> dict[str, int]:
        """Return how many areas of each council have such a place, or how many places it has."""
        often = meets_target(pd.DataFrame(self.counted), target)
        if owners is None:
            return self._count(self.ids[self.place[often]])
        inside = self.layering(target.layer).place_area[often]
        return self._count(owners[np.unique(inside[inside >= 0])])

    def _count(self, owners: np.ndarray) -> dict[str, int]:
        found = pd.Series(owners, dtype=object).value_counts()
        return {name: int(found.get(name, 0)) for name in self.names}


def _target_rows(position: int, target: Target, today: _Day, then: _Day) -> list[dict[str, Any]]:
    borders = today.has_borders(target)
    owners = today.owners(target) if borders else None
    share = apportion(target.number, today.weights(owners))
    existing, later = today.existing(target, owners), then.existing(target, owners)
    approximate = target.approximate or (borders and today.profile.layer(target.layer).approximate)
    rows = []
    for area_id, name in today.names.items():
        planned = max(later[area_id] - existing[area_id], 0)
        if area_id == REMAINDER and not (share[area_id] or existing[area_id] or planned):
            continue
        rows.append(
            {
                "target": position,
                **target.model_dump(include={"label", "label_en", "frequency", "layer"}),
                "area_id": area_id,
                "area_name": name,
                "counts": "areas" if borders else "places",
                "share": share[area_id],
                "existing": existing[area_id],
                "planned": planned,
                "missing": max(share[area_id] - existing[area_id] - planned, 0),
                "approximate": approximate,
            }
        )
    return rows


def shares_answer(workspace: Workspace, area: str | None = None) -> dict[str, Any]:
    """Return the shares of all areas, or of one, as plain data with its sentences."""
    shares = shares_frame(workspace)
    rows = shares.to_dict("records") if area is None else share_of(shares, area)
    said = {lang: share_lines(rows, lang) for lang in ("ja", "en")}
    assumed = used(assumptions_now(workspace), (PLACES, AREAS))
    return {"shares": rows, "sentences": said, **marked(assumed)}
