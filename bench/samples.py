"""Invented places and halls of the model town's kind on the real streets of a municipality, marked 【見本】."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from services.intake.build import build
from services.modeltown.names import FULL_WIDTH, NAMES
from services.workspace.folder import Workspace

MARK = "【見本】"
RESIDENTS_A_PLACE = {"weekly": 450.0, "monthly": 220.0, "hall": 110.0}
"""One for so many residents aged 65 and over, about as the documents count them."""
OLDER_SHARE = 0.28
"""Of all residents, where nobody knows how many are 65 and over."""
FEWEST, MOST = 4, 500
PAUSED_EVERY, IRREGULAR_EVERY = 29, 31
"""One group of so many has paused, of one of so many nobody knows the days."""
HALL_KINDS = ("meeting_hall", "neighbourhood_hall", "civic_hall")
_TABLES = """
[[sources]]
id = "sample_{name}"
path = "{path}"
format = "csv"
title = "【見本】架空の{what}"
credit = "arukeba"
licence = "CC0-1.0"
as_of = "2026"

[[{name}]]
source = "sample_{name}"
"""
_STAND_IN = """stand_in = "【見本】の付いた場は架空です。道・区域・人口は実在のものです"
stand_in_en = "Places marked 【見本】 are invented; streets, areas and residents are real"
"""


def with_samples(profile: Path, data: Path, folder: Path) -> Path:
    """Write a copy of a profile with invented places and halls into a folder, and return it."""
    rng = np.random.default_rng(int(profile.stem))
    workspace = build(profile, folder / "without", data=data)
    halls = _halls(workspace, rng)
    tables = {
        "venues": ("集まれる施設", halls),
        "places": ("通いの場", _places(workspace, halls, rng)),
    }
    municipality = workspace.profile.municipality
    text = profile.read_text("utf-8")
    for name, words in (("name", municipality.name), ("name_en", municipality.name_en)):
        marked = f'\n{name} = "{words}{MARK}"\n'
        text = text.replace(f'\n{name} = "{words}"\n', marked, 1)
    for name, (what, table) in tables.items():
        path = folder / f"sample_{name}.csv"
        table.to_csv(path, index=False)
        text += _TABLES.format(name=name, path=path, what=what)
    copy = folder / profile.name
    copy.write_text(text + _STAND_IN, "utf-8")
    return copy


def _number(workspace: Workspace, name: str) -> int:
    demand = workspace.demand()
    known = "65+" in demand
    older = demand["65+"].sum() if known else OLDER_SHARE * demand["total"].sum()
    return int(np.clip(older / RESIDENTS_A_PLACE[name], FEWEST, MOST))


def _halls(workspace: Workspace, rng: np.random.Generator) -> pd.DataFrame:
    """Draw halls among the homes, where many live more of them; none where no street is near."""
    demand = workspace.demand()
    homes = demand[(demand["unsnapped"] == "") & (demand["total"] > 0)]
    chance = homes["total"].to_numpy() / homes["total"].sum()
    n = min(_number(workspace, "hall"), len(homes))
    chosen = homes.iloc[np.sort(rng.choice(len(homes), n, replace=False, p=chance))]
    layer = workspace.profile.population.layer
    areas = workspace.areas()
    names = areas[areas["layer"] == layer].set_index("area_id")["area_name"]
    area = chosen[f"in_{layer}"].map(names).fillna("").astype(str)
    points = gpd.GeoSeries(chosen.geometry).to_crs(6668)
    number = (area.groupby(area).cumcount() + 1).to_numpy()
    rows = []
    for at, (name, point) in enumerate(zip(area, points, strict=True)):
        kind = NAMES.venues.kinds[HALL_KINDS[int(rng.integers(len(HALL_KINDS)))]]
        called = MARK + kind.name.format(area=name, own="")
        called = (
            called if number[at] == 1 else NAMES.typed.numbered.format(name=called, n=number[at])
        )
        free = str(rng.choice(kind.free))
        room = NAMES.typed.m2.format(n=f"{rng.uniform(*kind.m2):.0f}")
        barrier_free = "○" if rng.uniform() < kind.barrier_free_share else "×"
        rows.append((called, kind.label, point.x, point.y, room, free, barrier_free))
    columns = ["施設名", "種別", "経度", "緯度", "面積", "空き時間", "バリアフリー"]
    return pd.DataFrame(rows, columns=columns)


def _places(workspace: Workspace, halls: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw groups for the halls: weekly ones, a third of them oftener, then monthly ones."""
    words = NAMES.places
    weekly_n, monthly_n = (_number(workspace, name) for name in ("weekly", "monthly"))
    typed = [words.permanent if at % 3 == 0 else words.weekly for at in range(weekly_n)]
    typed += [words.monthly] * monthly_n
    order = rng.permutation(len(halls))
    rows = []
    for at, schedules in enumerate(typed):
        hall = halls.iloc[int(order[at % len(order)])]
        group, activity = words.groups[at % len(words.groups)], str(rng.choice(words.activities))
        again = at // len(words.groups)
        name = MARK + group + activity
        name = NAMES.typed.numbered.format(name=name, n=again + 1) if again else name
        kind = words.exercise_kind if activity == words.exercise else words.kind
        opened = NAMES.typed.opened_heisei.format(year=int(rng.integers(20, 31)))
        status = words.paused if at % PAUSED_EVERY == PAUSED_EVERY - 1 else words.active
        schedule = (
            words.irregular
            if at % IRREGULAR_EVERY == IRREGULAR_EVERY - 1
            else str(rng.choice(schedules))
        )
        verified = f"2026/{int(rng.integers(1, 10))}/{int(rng.integers(1, 28))}"
        rows.append(
            (
                name, kind, hall["施設名"], f"{group}の会", schedule, status,
                opened.translate(FULL_WIDTH), verified, hall["経度"], hall["緯度"],
            )
        )  # fmt: skip
    columns = [
        "名称",
        "種別",
        "会場",
        "団体名",
        "開催日",
        "状況",
        "開始年月",
        "確認日",
        "経度",
        "緯度",
    ]
    return pd.DataFrame(rows, columns=columns)
