"""The list of gathering places as a city types it."""

from dataclasses import dataclass, replace

import numpy as np

from services.modeltown.plan import Plan
from services.modeltown.venues import FULL_WIDTH, Venue, address_of

WEEKLY = (
    "毎週月曜日10:00～11:30",
    "毎週火曜日　13:30～15:00",
    "毎週水曜　午前10時～",
    "毎週木曜日（祝日を除く）",
    "毎週金曜日 10:00~12:00",
    "毎週水・金曜日",
    "週１回（土曜日）",
    "週２回（月・木）",
)
PERMANENT = ("毎日", "週３回", "月～金　10:00～15:00", "週５回", "毎週月・水・金曜日")
MONTHLY = (
    "毎月第2・第4金曜日",
    "第１・３火曜",
    "第3水曜日 13:30～15:00",
    "月１回",
    "毎月10日",
    "第２土曜日",
    "毎月第1月曜日10:00～11:30",
    "第２・第４木曜日　10時～",
    "月２回（第1・第3水曜）",
    "最終金曜日",
)
ACTIVITIES = (
    "サロン",
    "いきいき体操",
    "茶話会",
    "ふれあい喫茶",
    "健康麻雀",
    "カラオケの会",
    "囲碁の会",
    "折り紙の会",
)
FIRST = (
    "ひまわり",
    "なかよし",
    "すみれ",
    "若竹",
    "ほほえみ",
    "あじさい",
    "たんぽぽ",
    "ゆうゆう",
    "寿",
    "和み",
)
KINDS = ("近隣センター", "公民館", "集会所", "町会館", "小学校", "空き店舗", "銭湯", "デイサービス")
PERMANENT_SHARE = 0.3


@dataclass(frozen=True)
class Row:
    """A row of the list."""

    name: str
    kind: str
    venue: str
    group: str
    address: str
    schedule: str
    status: str
    opened: str
    verified: str
    xy: tuple[float, float] | None


@dataclass(frozen=True)
class Home:
    """A private house and the small area that it stands in."""

    small_area: str
    xy: tuple[float, float]


def draw_places(venues: list[Venue], home: Home, plan: Plan, rng: np.random.Generator) -> list[Row]:
    """Return the rows: ordinary ones first, then those that are awkward on purpose."""
    rooms = [venue for venue in venues if venue.kind in KINDS]
    chance = np.array([3.0 if venue.kind in KINDS[:4] else 0.5 for venue in rooms])
    order = rng.choice(
        len(rooms), min(len(rooms), plan.places), replace=False, p=chance / chance.sum()
    )
    schedules = _schedules(plan, rng)
    rows = []
    for index, schedule in enumerate(schedules):
        venue = rooms[int(order[index % len(order)])]
        rows.append(_row(venue, schedule, index, rng))
    return _awkward(rows, home, rng)


def _schedules(plan: Plan, rng: np.random.Generator) -> list[str]:
    permanent = max(2, round(plan.weekly_places * PERMANENT_SHARE))
    texts = [PERMANENT[index % len(PERMANENT)] for index in range(permanent)]
    texts += [WEEKLY[index % len(WEEKLY)] for index in range(plan.weekly_places - permanent)]
    monthly = plan.places - len(texts)
    texts += [MONTHLY[index % len(MONTHLY)] for index in range(monthly)]
    return [texts[int(index)] for index in rng.permutation(len(texts))]


def _row(venue: Venue, schedule: str, index: int, rng: np.random.Generator) -> Row:
    activity = ACTIVITIES[int(rng.integers(len(ACTIVITIES)))]
    name = f"{FIRST[index % len(FIRST)]}{activity}"
    group = f"{name}（{venue.name}）"
    year = int(rng.integers(20, 31))
    opened = f"平成{year}年４月".translate(FULL_WIDTH)
    if rng.uniform() < 0.4:  # noqa: PLR2004  cities type both eras
        opened = f"令和{int(rng.integers(2, 7))}年{int(rng.integers(1, 13))}月".translate(
            FULL_WIDTH
        )
    verified = f"2025/{int(rng.integers(1, 10))}/{int(rng.integers(1, 28))}"
    kind = "通いの場" if activity in ACTIVITIES[1:2] else "サロン"
    return Row(
        name, kind, venue.name, group, venue.address, schedule, "活動中", opened, verified, venue.xy
    )


def _awkward(rows: list[Row], home: Home, rng: np.random.Generator) -> list[Row]:
    """Make some monthly rows awkward: a home, a pair that alternates, gaps, a pause."""
    monthly = [index for index, row in enumerate(rows) if row.schedule in MONTHLY]
    changed = dict(enumerate(rows))
    odd, even, house, by_venue, by_area, paused, unknown = monthly[:7]
    pair = replace(
        rows[odd], name="つばき会", group="つばき会", schedule="第１・第３木曜日　10:00～11:30"
    )
    changed[odd] = pair
    changed[even] = replace(
        pair, name="さざんか会", group="さざんか会", schedule="第２・第４木曜日　10:00～11:30"
    )
    changed[house] = replace(
        rows[house],
        name="田中さんちの縁側サロン",
        kind="個人宅",
        venue="田中宅",
        group="縁側の会",
        address=address_of(home.small_area, rng),
        xy=home.xy,
    )
    changed[by_venue] = replace(rows[by_venue], xy=None)
    changed[by_area] = replace(rows[by_area], venue="駐車場わきのプレハブ", xy=None)
    changed[paused] = replace(rows[paused], status="休止中")
    changed[unknown] = replace(rows[unknown], schedule="不定期")
    return [changed[index] for index in range(len(rows))]
