"""What a run had to assume about places, counted, in both languages."""

from typing import Any

import pandas as pd

from services.places import Selection

_TEXTS = {
    "no_opening_date": (
        "開設日のわからない場{n}か所は、{day}にも開いていたものとして数えています",
        "{n} places without an opening date are counted as open on {day}",
    ),
    "no_status_date": (
        (
            "いつ休止したかわからない場{n}か所は、{day}にも休止していたものとします。"
            "いつ閉じたかわからない場は数えません"
        ),
        (
            "{n} places suspended nobody knows since when are taken as suspended on {day}; "
            "those closed without a date are not counted"
        ),
    ),
    "schedule_assumed": (
        "開催日に週・曜日・月の決まっていない部分がある場{n}か所（隔週、最終、常設、冬期など）は仮定で数えています",
        (
            "{n} places have a schedule that leaves weeks, days or months open "
            "(every other week, the last week, permanent, winter); they are counted by assumption"
        ),
    ),
    "with_suspended": (
        "休止中の場{n}か所も、開いているものとして数えています",
        "{n} suspended places are counted as if they were open",
    ),
    "with_planned": (
        "協議体が採用した計画中の場{n}か所も、開いているものとして数えています",
        "{n} planned places, adopted by their councils, are counted as if they were open",
    ),
    "online": (
        "オンラインの場{n}か所は一覧にあるだけで、歩いて行ける場には数えていません",
        "{n} online places are listed but not counted for walking",
    ),
    "not_qualifying": (
        "要件を満たさない場{n}か所は一覧にあるだけで、数えていません",
        "{n} places that do not qualify are listed but not counted",
    ),
}


def assumptions(places: pd.DataFrame, selection: Selection) -> list[dict[str, Any]]:
    """Return each assumption that concerns at least one place: code, places, ja, en."""
    day = selection.as_of.isoformat() if selection.as_of else ""
    counts = places["counts"]
    found = {
        "no_opening_date": (counts & (places["dates_assumed"] == "no_opening_date")).sum(),
        "no_status_date": (places["dates_assumed"] == "no_status_date").sum(),
        "schedule_assumed": (counts & places["schedule_assumed"]).sum(),
        "with_suspended": (counts & (places["status"] == "suspended")).sum(),
        "with_planned": (counts & (places["status"] == "planned")).sum(),
        "online": (places["not_counted"] == "online").sum(),
        "not_qualifying": (places["not_counted"] == "not_qualifying").sum(),
    }
    return [
        {
            "code": code,
            "places": int(n),
            "ja": _TEXTS[code][0].format(n=int(n), day=day),
            "en": _TEXTS[code][1].format(n=int(n), day=day),
        }
        for code, n in found.items()
        if n
    ]
