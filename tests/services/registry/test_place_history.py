"""From when to when a place was open."""

import pytest

from services.registry.history import history_of, lacks_dates


def periods(status, opened="", since="", closed=""):
    place = {
        "place_id": "p",
        "status": status,
        "opened_on": opened,
        "status_since": since,
        "closed_on": closed,
    }
    return [(period.status, period.since, period.until) for period in history_of(place)]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("active", "2014-05-10"), [("active", "2014-05-10", "")]),
        (("active", "2014-05"), [("active", "2014-05-01", "")]),
        (("active",), [("active", "", "")]),
        (
            ("suspended", "2014", "2020-03-02"),
            [("active", "2014-01-01", "2020-03-02"), ("suspended", "2020-03-02", "")],
        ),
        (("suspended", "2014"), [("suspended", "2014-01-01", "")]),
        (
            ("closed", "2014-04-01", "", "2019-03-31"),
            [("active", "2014-04-01", "2019-04-01"), ("closed", "2019-04-01", "")],
        ),
        # Closed since a day: it was not open on that day any more.
        (
            ("closed", "2014-04-01", "2019-03-31"),
            [("active", "2014-04-01", "2019-03-31"), ("closed", "2019-03-31", "")],
        ),
        # A month of closing: open through its last day.
        (
            ("closed", "", "", "2019-02"),
            [("active", "", "2019-03-01"), ("closed", "2019-03-01", "")],
        ),
        (("closed", "2014-04-01"), [("closed", "", "")]),
        (
            ("at_risk", "2014-04-01", "2024-04-01", "2026-03-31"),
            [
                ("active", "2014-04-01", "2024-04-01"),
                ("at_risk", "2024-04-01", "2026-04-01"),
                ("closed", "2026-04-01", ""),
            ],
        ),
        # Closed before it opened: never open.
        (("closed", "2020-04-01", "", "2019-03-31"), [("closed", "2019-04-01", "")]),
    ],
)
def test_the_periods_of_a_place_follow_from_its_dates(place, expected):
    assert periods(*place) == expected


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"status": "active", "opened_on": "2014"}, ""),
        ({"status": "active", "opened_on": ""}, "no_opening_date"),
        ({"status": "suspended", "opened_on": "2014"}, "no_status_date"),
        ({"status": "suspended", "opened_on": "2014", "status_since": "2020-03"}, ""),
        ({"status": "closed", "opened_on": "2014", "closed_on": "2020-03"}, ""),
    ],
)
def test_a_place_says_what_a_past_day_cannot_be_computed_without(place, code):
    assert lacks_dates(place) == code
