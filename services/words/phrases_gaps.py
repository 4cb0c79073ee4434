"""The words of gaps, bus stops and borders: key → (Japanese, English)."""

GAP_PHRASES: dict[str, tuple[str, str]] = {
    "split.layer": ("{layer}: {parts}", "{layer}: {parts}"),
    "split.part": ("{area} {share}％", "{area} {share} %"),
    "split.approximate": ("{layer}（推定）", "{layer} (estimated borders)"),
    "stop.name": ("バス停「{name}」", "the bus stop {name}"),
    "stop.nameless": ("名前のわからないバス停", "a bus stop without a name"),
    "stop.walk": ("{stop}まで{walk}", "{walk} to {stop}"),
    "stop.walk.share": (
        "{stop}まで{walk}（住民の{share}％が歩いて行けます）",
        "{walk} to {stop} ({share} % of the residents can walk to a stop)",
    ),
    "stop.none": (
        "歩いて{limit}以内にバス停がある住民はいません。いちばん近いのは{stop}（{walk}）",
        "no resident has a bus stop within {limit} on foot; the nearest is {stop} ({walk})",
    ),
    "stop.nowhere": (
        "道をたどって着けるバス停がありません",
        "no bus stop can be reached along the streets",
    ),
    "stop.place": (
        "停留所の近くにある週1の場：{place}（路線と時刻は別に確かめてください）",
        "weekly place near a stop: {place} (routes and times must be asked for)",
    ),
    "stop.no_place": (
        "停留所の近くに週1の場はありません",
        "no weekly place is near a stop",
    ),
}
