"""Words of the tables, made last from what is shown."""

import pandas as pd

from services.publication.words import places_in_words


def test_a_place_says_how_its_schedule_was_read_and_what_was_not_understood():
    places = pd.DataFrame(
        {
            "schedule_text": ["毎週火曜日・10時から", "毎週火曜（月2回）", "【休館日】月曜日", ""],
            "frequency": ["weekly", "", "", ""],
            "falls_short": [[]] * 4,
            "unsnapped": ["", "", "", "barrier"],
        }
    )
    found = places_in_words(places, 300.0)
    unknown = "開催日はわかりません"
    assert found["schedule_read"].tolist() == ["毎週火曜 10:00〜 → 週1", unknown, unknown, unknown]
    assert found["schedule_read_en"].iloc[0] == "every Tuesday 10:00– → weekly"
    assert found["schedule_unread"].tolist() == [
        "",
        "毎週火曜月2回",
        "休館日 月曜日",
        "",
    ]
