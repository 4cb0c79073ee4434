"""What if on the town of one street (tests/datedtown.py), by hand and against a registry written so."""

import pandas as pd
import pytest

from geo.errors import InvalidInputError, NotFoundError
from services.registry.places import read_places
from services.scenarios.answers import edit_of, edit_of_text
from services.scenarios.whatif import Trial, WhatIf
from services.situation.intervals import measured
from services.situation.parameters import Parameters
from services.situation.view import Situation
from tests.datedtown import dated_workspace
from tests.streets import PLANE

# Three weekly places of their own, and a hall of two fortnightly groups.
OPEN = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "", "", "", "vA"),
    ("C", 1900.0, "毎週火曜日10:00〜12:00", "active", "", "", "", "vC"),
    ("D", 1390.0, "第1・第3木曜日10:00〜12:00", "active", "", "", "", "vD"),
    ("D2", 1390.0, "第2・第4木曜日10:00〜12:00", "active", "", "", "", "vD"),
    ("S", 600.0, "毎週木曜日10:00〜12:00", "suspended", "", "", "", "vS"),
)


def situation(folder, *rows: tuple) -> Situation:
    workspace = dated_workspace(folder, *(rows or OPEN))
    return Situation(workspace, Parameters.of(workspace.profile))


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Situation:
    return situation(tmp_path_factory.mktemp("whatif"))


@pytest.fixture(scope="module")
def whatif(town) -> WhatIf:
    return WhatIf(town, "district")


def row(table: pd.DataFrame, area_id: str, frequency: str = "weekly", limit_m: float = 500.0):
    chosen = (
        table["area_id"].eq(area_id)
        & table["frequency"].eq(frequency)
        & table["walk_limit_m"].eq(limit_m)
        & table["age_group"].eq("65+")
    )
    assert chosen.sum() == 1
    return table[chosen].iloc[0]


def test_closing_one_of_two_fortnightly_groups_makes_the_hall_monthly(whatif) -> None:
    # h2 (50 residents, east) walks 290 m to the hall of D and D2, weekly only together.
    outcome = whatif.close("D2")
    east = row(outcome.areas, "e")
    assert (east["reached"], east["reached_after"], east["reached_difference"]) == (150, 100, -50)
    assert (east["gained"], east["lost"]) == (0.0, 50.0)
    monthly = row(outcome.areas, "e", "monthly")
    assert (monthly["reached"], monthly["reached_after"]) == (150.0, 150.0)
    assert outcome.places_n == 3


def test_a_monthly_place_that_meets_weekly_reaches_more(whatif) -> None:
    # Open at 600 m: monthly reaches h0 (500 m), h1 (0 m) and h2 (500 m), of whom h0 and h1 have A.
    monthly = whatif.open((600.0, 0.0), "monthly")
    assert row(monthly.areas, "e")["gained"] == 0.0
    both = whatif.edited(
        [
            Trial("close", "D"),
            Trial("close", "D2"),
            Trial("open", xy=(600.0, 0.0), frequency="第2・第4金曜日"),
            Trial("change", "whatif-3", frequency="weekly"),
        ]
    )
    east = row(both.areas, "e")
    assert (east["reached"], east["reached_after"], east["gained"], east["lost"]) == (
        150,
        150,
        0,
        0,
    )
    whole = both.whole[
        both.whole["walk_limit_m"].eq(500)
        & both.whole["frequency"].eq("weekly")
        & both.whole["age_group"].eq("65+")
    ]
    assert whole[["residents", "reached", "reached_after"]].to_numpy().tolist() == [[200, 200, 200]]


def test_moving_a_place_gains_some_and_loses_others(whatif) -> None:
    # C from 1,900 m to 1,000 m: h3 (100) is 510 m from D now; h1 is reached by both A and C.
    outcome = whatif.move("C", (1000.0, 0.0))
    east = row(outcome.areas, "e")
    assert (east["gained"], east["lost"], east["reached_difference"]) == (0.0, 100.0, -100.0)


def test_closing_all_places_leaves_nobody_reached(whatif) -> None:
    outcome = whatif.edited([Trial("close", place) for place in ("A", "C", "D", "D2")])
    assert outcome.places_n == 0
    assert (outcome.areas["reached_after"] == 0).all()
    assert (outcome.areas["places_n_after"] == 0).all()


@pytest.mark.parametrize(
    ("edits", "rows"),
    [
        ([Trial("close", "A")], OPEN[1:]),
        (
            [Trial("move", "D", xy=(300.0, 0.0))],
            [OPEN[0], OPEN[1], (*OPEN[2][:1], 300.0, *OPEN[2][2:7], "vX"), OPEN[3]],
        ),
        (
            [Trial("change", "A", frequency="第1月曜日")],
            [(*OPEN[0][:2], "第1月曜日", *OPEN[0][3:]), *OPEN[1:]],
        ),
        (
            [Trial("open", venue_id="vA", frequency="毎週水・金曜日"), Trial("close", "C")],
            [OPEN[0], ("N", 100.0, "毎週水・金曜日", *OPEN[0][3:]), *OPEN[2:]],
        ),
    ],
)
@pytest.mark.parametrize("layer", ["city", "district"])
def test_an_edit_equals_a_registry_written_so(whatif, town, tmp_path, edits, rows, layer) -> None:
    found = WhatIf(town, layer).edited(edits).areas
    other = situation(tmp_path, *rows)
    expected = measured(other, other.layering(layer), other.walking)
    for name in (
        "reached",
        "reached_own_area",
        "circle_reached",
        "places_n",
        "walk_min_mean",
        "walk_min_median",
        "walk_min_p90",
    ):
        assert found[f"{name}_after"].to_numpy() == pytest.approx(
            expected[name].to_numpy(dtype=float), abs=1e-9, nan_ok=True
        )


def test_the_table_before_is_the_coverage_of_the_situation(whatif, town) -> None:
    areas = whatif.close("A").areas
    expected = measured(town, town.layering("district"), town.walking)
    assert areas["reached"].tolist() == expected["reached"].tolist()
    assert areas["residents"].tolist() == expected["residents"].tolist()
    assert set(areas["area_id"]) == {"w", "e", "_remainder"}


def test_the_registry_stays_as_it_is(whatif, town) -> None:
    url = town.workspace.registry_url
    before = read_places(url, PLANE)
    whatif.edited([Trial("close", "A"), Trial("change", "C", frequency="monthly")])
    pd.testing.assert_frame_equal(pd.DataFrame(read_places(url, PLANE)), pd.DataFrame(before))


@pytest.mark.parametrize(
    ("edit", "kind", "message"),
    [
        (Trial("close", "Z"), NotFoundError, "no place 'Z'"),
        (Trial("close", "S"), InvalidInputError, "suspended"),
        (Trial("open", xy=(5000.0, 0.0), frequency="weekly"), InvalidInputError, "outside"),
        (Trial("open", xy=(500.0, 99.0), frequency="weekly"), None, ""),
        (Trial("open", venue_id="vZ", frequency="weekly"), NotFoundError, "no venue 'vZ'"),
        (Trial("open", xy=(500.0, 0.0), frequency="たまに"), InvalidInputError, "neither one of"),
    ],
)
def test_what_cannot_be_tried_says_so(whatif, edit, kind, message) -> None:
    if kind is None:
        assert whatif.edited([edit]).places_n == 5
        return
    with pytest.raises(kind, match=message):
        whatif.edited([edit])


def test_a_spot_too_far_from_a_street_is_refused(town, monkeypatch) -> None:
    streets = town.profile.streets.model_copy(update={"snap_limit_m": 50.0})
    monkeypatch.setattr(town, "profile", town.profile.model_copy(update={"streets": streets}))
    with pytest.raises(InvalidInputError, match="no street within 50 m"):
        WhatIf(town, "district").open((500.0, 99.0), "weekly")


def test_an_unknown_layer_is_named(town) -> None:
    with pytest.raises(NotFoundError, match="there are city, district"):
        WhatIf(town, "ward")


def test_edits_are_read_from_requests_and_from_words() -> None:
    given = {"action": "move", "place_id": "A", "venue_id": "vB"}
    assert edit_of(given, PLANE) == Trial("move", "A", "vB")
    assert edit_of_text("move", "A=vB", PLANE) == Trial("move", "A", "vB")
    assert edit_of_text("close", "A", PLANE) == Trial("close", "A")
    assert edit_of_text("open", "vB=weekly", PLANE) == Trial("open", "", "vB", None, "weekly")
    # The origin of plane zone 9 (EPSG:6677): 36° N, 139°50′ E.
    opened = edit_of_text("open", f"{139 + 50 / 60},36=monthly", PLANE)
    assert opened.xy == pytest.approx((0.0, 0.0), abs=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"action": "burn"}, "is not one of open"),
        ({"action": "close"}, "say which place"),
        ({"action": "open", "place_id": "A"}, "has no place_id"),
        ({"action": "open", "frequency": "weekly"}, "say where"),
        (
            {"action": "open", "venue_id": "v", "lon": 1, "lat": 2, "frequency": "weekly"},
            "say where",
        ),
        ({"action": "change", "place_id": "A"}, "say how often"),
        ({"action": "move", "place_id": "A", "lon": "x", "lat": 36}, "is not a position"),
        ({"action": "move", "place_id": "A", "lon": 139.9}, "is not a position"),
    ],
)
def test_a_request_that_lacks_something_says_what(given, message) -> None:
    with pytest.raises(InvalidInputError, match=message):
        edit_of(given, PLANE)


@pytest.mark.parametrize(
    ("action", "given"), [("close", "A=weekly"), ("change", "A"), ("open", "v")]
)
def test_words_of_another_action_are_refused(action, given) -> None:
    with pytest.raises(InvalidInputError, match="see --help"):
        edit_of_text(action, given, PLANE)
