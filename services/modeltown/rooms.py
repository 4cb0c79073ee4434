"""What the room of every venue is like, as the departments of a city type it."""

from dataclasses import dataclass

import numpy as np

from services.modeltown.further import PRIVATE_HOMES
from services.modeltown.names import PREFECTURE
from services.modeltown.venues import FULL_WIDTH, Venue

COLUMNS = ("面積", "定員", "空き時間", "バリアフリー", "家賃", "所有者", "同意")
TATAMI_SHARE = 0.5
TATAMI_KINDS = frozenset({"集会所", "町会館", "空き家", "個人宅"})
UNKNOWN_SHARE = 0.15
"""So many cells of a column are left empty: nobody has asked yet."""
M2_PER_PERSON = 2.6


@dataclass(frozen=True)
class _Room:
    """What rooms of one kind have in common."""

    m2: tuple[float, float]
    free: tuple[str, ...]
    barrier_free_share: float
    rents: tuple[str, ...] = ("無料",)
    owner: str = ""
    """With {name} and {stem}, those of the venue; empty where it is not known."""


_ALWAYS = ("毎日", "平日の午後", "月～金 午前", "火・木・土", "月・水・金　午後", "土日")
_ROOMS = {
    "小学校": _Room((60, 66), ("土日", "土曜日"), 0.5, owner="見本市教育委員会"),
    "近隣センター": _Room((55, 130), _ALWAYS, 0.9, ("無料", "月2,000円"), "見本市"),
    "公民館": _Room((50, 140), _ALWAYS, 0.7, ("無料", "月3,000円"), "見本市"),
    "集会所": _Room((30, 70), _ALWAYS, 0.35, owner="{stem}町会"),
    "町会館": _Room((35, 90), _ALWAYS, 0.4, owner="{stem}町会"),
    "デイサービス": _Room((80, 160), ("日曜", "土日"), 1.0, owner="社会福祉法人なごみ会"),
    "特別養護老人ホーム": _Room(
        (60, 120), ("土日　午後", "水 午後、日曜"), 1.0, owner="社会福祉法人みほん会"
    ),
    "空き店舗": _Room((25, 60), ("毎日",), 0.2, ("月4万円", "月６万円", "月45,000円")),
    "空き家": _Room((36, 75), ("毎日",), 0.1, ("月2万円", "月３万円", "無料")),
    "旧JA支所": _Room((110, 220), ("毎日", "月～土"), 0.3, ("月3万円",), "見本農業協同組合"),
    "廃校": _Room((120, 190), ("毎日",), 0.4, owner="見本市"),
    "団地集会室": _Room(
        (45, 80), ("月・水・金", "平日"), 0.6, ("月5,000円",), f"{PREFECTURE}住宅供給公社"
    ),
    "銭湯": _Room((28, 48), ("火～金　午前",), 0.1, owner="{name}"),
    "個人宅": _Room((13, 24), ("水 午後",), 0.0),
}


def draw_rooms(venues: list[Venue], rng: np.random.Generator) -> list[list[str]]:
    """Return the cells of ``COLUMNS`` for every venue."""
    return [_cells(venue, rng) for venue in venues]


def _cells(venue: Venue, rng: np.random.Generator) -> list[str]:
    room = _ROOMS[venue.kind]
    m2 = float(rng.uniform(*room.m2))
    tatami, unknown = rng.uniform(size=2)
    in_tatami = venue.kind in TATAMI_KINDS and tatami < TATAMI_SHARE
    persons = int(m2 / M2_PER_PERSON)
    cells = [
        f"{round(m2 / 1.62)}畳" if in_tatami else f"{m2:.0f}㎡",
        f"{persons}名".translate(FULL_WIDTH) if rng.uniform() < 1 / 2 else "",
        str(rng.choice(room.free)),
        "○" if rng.uniform() < room.barrier_free_share else "×",
        str(rng.choice(room.rents)),
    ]
    if unknown < UNKNOWN_SHARE and venue.kind != "個人宅":
        # The area, the free hours or the access: what nobody has asked about yet.
        cells[(0, 2, 3)[int(rng.integers(3))]] = ""
    owner = room.owner.format(name=venue.name, stem=venue.name[: -len(venue.kind)])
    return [*cells, owner, dict(PRIVATE_HOMES).get(venue.name, "")]
