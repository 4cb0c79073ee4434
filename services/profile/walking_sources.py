"""Where each default of a walking profile comes from: data beside the defaults of the schema."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DefaultSource:
    """Where a default comes from, in both languages."""

    ja: str
    en: str
    assumed: bool = False
    """No publication gives the figure: it is arukeba's own assumption, to be looked at again."""


NOT_ASKED = DefaultSource(
    "既定では使いません（自治体が指定したときだけ）",
    "not used by default, only where the municipality asks for it",
)

DEFAULT_SOURCES: dict[str, DefaultSource] = {
    "slope": DefaultSource(
        "Tobler (1993), NCGIA Technical Report 93-1。平らな道の速さを保つように比例させたもの。"
        "健康な人の山歩きの式で、高齢の方の実測ではありません",
        "Tobler (1993), NCGIA Technical Report 93-1, scaled so that the flat keeps the speed above. "
        "A law for fit hikers, not a measurement of older people",
    ),
    "slope_table": NOT_ASKED,
    "max_slope_pct": NOT_ASKED,
    "steps": DefaultSource(
        "階段も通ることにしています。段数はOSMのstep_count、なければ踏面30cm"
        "（建築物移動等円滑化誘導基準の30cm以上）から",
        "stairs are walked; their number is OSM's step_count, else from treads of "
        "0.30 m (the recommended barrier-free standard for buildings in Japan asks for 30 cm or more)",
        assumed=True,
    ),
    "step_s": DefaultSource(
        "高齢の方の実測の資料はありません",
        "no measurement of older people is at hand",
        assumed=True,
    ),
    "steps_s_per_m": NOT_ASKED,
    "crossing_s": DefaultSource(
        "信号のない横断歩道では待たないものとします",
        "nobody waits at a crossing without signals",
        assumed=True,
    ),
    "signal_s": DefaultSource(
        "1回ごとの平均。信号の周期の資料はありません",
        "on average each time; no timing of signals is at hand",
        assumed=True,
    ),
    "elevator_s": DefaultSource(
        "待つ時間と乗る時間を合わせた平均",
        "waiting and riding, on average",
        assumed=True,
    ),
    "rest_every_m": NOT_ASKED,
    "rest_s": NOT_ASKED,
    "unpaved_pace": DefaultSource(
        "舗装のない道も同じ速さとします",
        "as quick as on a paved street",
        assumed=True,
    ),
    "forbidden": NOT_ASKED,
}
"""Field → source of its default. The source of a speed is the profile's own ``origin``."""

NAMING = frozenset({"id", "label", "label_en", "origin", "origins"})
"""Fields of a walking profile that say who and whence, not how somebody walks."""

ORIGINS_IN_ENGLISH = {
    "フレイル判定の歩行速度1.0m/秒（J-CHS 2020）": "cut-off of frailty, 1.0 m/s (J-CHS 2020)",
    "不動産の表示に関する公正競争規約施行規則（道路距離80mを1分）": (
        "rules on advertising real estate in Japan: 80 m of road are 1 minute"
    ),
    "歩行者用信号の設計速度0.8m/秒": "speed for which signals for walkers are timed, 0.8 m/s",
}
"""The origins of the speeds that come along, in English."""
