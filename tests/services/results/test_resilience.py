"""What each closing takes: the town of one street by hand, the model town by closing in turn."""

import numpy as np
import pytest

from services.registry.seen import seen_places
from services.results.resilience import (
    BACKUP_COLUMNS,
    RESILIENCE_COLUMNS,
    backup_frame,
    backup_sentence,
    closing_sentence,
    closings,
    resilience_frame,
)
from services.situation.naming import WHOLE
from services.situation.parameters import Parameters
from services.situation.places import TODAY, judged
from services.situation.view import Situation
from tests.datedtown import dated_workspace

# Within 500 m: A h0 (20), h1 (30); B h1, h2 (50); D and D2, weekly together only, h2; C h3 (100).
ROWS = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("C", 1900.0, "毎週火曜日10:00〜12:00", "active", "2018-04-01", "", "", "vC"),
    ("D", 1390.0, "第1・第3木曜日10:00〜12:00", "active", "2012-10-01", "", "", "vD"),
    ("D2", 1390.0, "第2・第4木曜日10:00〜12:00", "active", "2021-04-01", "", "", "vD"),
)
B = ("B", 1100.0, "毎週金曜日13:00〜15:00", "active", "2016-05-01", "", "", "vB")


def situation(folder, *rows):
    workspace = dated_workspace(folder, *rows)
    return Situation(workspace, Parameters.of(workspace.profile))


def lost_in(town):
    return resilience_frame(town, closings(town))


def losses(frame, group="65+"):
    rows = frame[frame["age_group"] == group].set_index("place_id")
    return rows["residents_lost"].to_dict()


def test_closing_one_of_two_groups_that_alternate_takes_the_hall(tmp_path):
    frame = lost_in(situation(tmp_path, *ROWS))
    assert tuple(frame.columns) == RESILIENCE_COLUMNS
    assert losses(frame) == {"A": 50.0, "C": 100.0, "D": 50.0, "D2": 50.0}
    assert losses(frame, "total") == {"A": 150.0, "C": 200.0, "D": 100.0, "D2": 100.0}
    rows = frame[frame["age_group"] == "65+"].set_index("place_id")
    assert rows["venue_frequency"].tolist() == ["weekly"] * 4
    assert rows["venue_frequency_without"].to_dict() == {
        "A": "",
        "C": "",
        "D": "monthly",
        "D2": "monthly",
    }
    # Most depend on C; those of a tie stand by their ids.
    assert rows["rank"].to_dict() == {"C": 1, "A": 2, "D": 3, "D2": 4}


def test_who_has_another_place_keeps_it(tmp_path):
    town = situation(tmp_path, *ROWS, B)
    rows = lost_in(town)
    rows = rows[rows["age_group"] == "65+"].set_index("place_id")
    # Without A h0 has none, h1 has B. Without B h1 has A, h2 the hall of D and D2. Without D h2 has B.
    assert rows["residents_lost"].to_dict() == {
        "A": 20.0,
        "B": 0.0,
        "C": 100.0,
        "D": 0.0,
        "D2": 0.0,
    }
    assert rows["residents_kept"].to_dict() == {
        "A": 30.0,
        "B": 80.0,
        "C": 0.0,
        "D": 50.0,
        "D2": 50.0,
    }
    backup = backup_frame(town, closings(town))
    assert tuple(backup.columns) == BACKUP_COLUMNS
    older = backup[(backup["age_group"] == "65+") & ~backup["remainder"]]
    found = older[older["layer"] != "city"].set_index("area_id")
    counts = ["residents", "reached", "reached_with_backup", "reached_without_backup", "backup_pct"]
    # West: h1 of h0 and h1; east: h2 of h2 and h3.
    assert found.loc["w", counts].tolist() == [50.0, 50.0, 30.0, 20.0, 60.0]
    assert found.loc["e", counts].tolist() == pytest.approx([150.0, 150.0, 50.0, 100.0, 100 / 3])
    assert found.loc[WHOLE, counts].tolist() == [200.0, 200.0, 80.0, 120.0, 40.0]


def test_a_town_whose_places_are_all_closed_has_nothing_to_lose(tmp_path):
    closed = ("A", 100.0, "毎週月曜日", "closed", "2010-04-01", "", "2012-03-31", "vA")
    town = situation(tmp_path, closed)
    assert len(lost_in(town)) == 0
    backup = backup_frame(town, closings(town))
    assert backup["reached"].sum() == 0.0
    assert (backup.loc[backup["residents"] > 0, "backup_pct"] == 0.0).all()
    assert backup.loc[backup["residents"] == 0, "backup_pct"].isna().all()


def test_the_sentences(tmp_path):
    town = situation(tmp_path, *ROWS, B)
    rows = lost_in(town)
    rows = rows[rows["age_group"] == "65+"].set_index("place_id", drop=False)
    assert closing_sentence(rows.loc["A"].to_dict(), "ja") == (
        "「A」：ここがなくなると、20人（65歳以上）が歩いて行ける週1の場を失います。30人には、ほかにも週1の場があります"
    )
    assert "if it closes, no resident" in closing_sentence(rows.loc["B"].to_dict(), "en")
    backup = backup_frame(town, closings(town))
    whole = backup[(backup["layer"] == WHOLE) & (backup["age_group"] == "65+")].iloc[0].to_dict()
    assert backup_sentence(whole, "en") == (
        "40.0 % of residents aged 65 and over keep a weekly place within a 500 m walk whichever single place closes; 120 depend on one place"
    )
    nobody = backup[backup["remainder"]].iloc[0].to_dict()
    assert backup_sentence(nobody, "ja") == "総人口の住民がいません"


def test_closing_the_places_of_the_model_town_in_turn_gives_the_same(town_snapshot):
    """The oracle closes a place in the registry and finds everybody's nearest place again."""
    workspace = town_snapshot.workspace
    profile = workspace.profile
    parameters = Parameters.of(profile)
    listed = seen_places(workspace)
    today = Situation(workspace, parameters)
    weight = today.residents.to_numpy(dtype=float)
    reached = today.reached("weekly")
    frame = town_snapshot.table("resilience")
    weekly = frame[frame["venue_frequency"].isin(["weekly", "permanent"])]
    assert weekly["place_id"].nunique() > 4
    depends = np.zeros(len(weight), dtype=bool)
    for place_id, rows in weekly.groupby("place_id"):
        others = judged(listed[listed["place_id"] != place_id], profile, TODAY)
        after = Situation(workspace, parameters, places=others)
        lost = reached & ~after.reached("weekly")
        depends |= lost
        assert rows["residents_lost"].to_numpy() == pytest.approx(weight[lost].sum(axis=0))
    backup = town_snapshot.table("backup")
    whole = backup[backup["layer"] == WHOLE]
    assert whole["reached_without_backup"].to_numpy() == pytest.approx(weight[depends].sum(axis=0))
    assert whole["reached"].to_numpy() == pytest.approx(weight[reached].sum(axis=0))


def test_places_of_the_snapshot_say_what_their_closing_takes(town_snapshot):
    places = town_snapshot.layer("places").set_index("place_id")
    group = town_snapshot.run["parameters"]["age_group"]
    rows = town_snapshot.table("resilience")
    rows = rows[rows["age_group"] == group].set_index("place_id")
    told = places.loc[rows.index, "residents_lost_if_closed"]
    assert told.tolist() == rows["residents_lost"].tolist()
    others = places.drop(rows.index)
    assert others["residents_lost_if_closed"].isna().all()
