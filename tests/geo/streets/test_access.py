"""Access: which values let a walker in, and what conditions mean for a group that meets all year."""

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.access import CLOSES, OPENS, is_private, passes
from geo.streets.times import MET, half_hours, is_open, together, written


def every_meeting() -> str:
    grid = np.zeros((12, 7, 48), dtype=bool)
    grid[:, :, MET] = True
    return written(grid)


def walked(**tags: str) -> bool:
    """Say whether a walker passes whenever groups may meet."""
    found = passes({key.replace("__", ":"): value for key, value in tags.items()}, by_kind=True)
    return found.open and not found.hours


@pytest.mark.parametrize("value", sorted(OPENS))
def test_a_value_opens_what_the_kind_closes(value: str) -> None:
    assert passes({"access": value}, by_kind=False)[0]
    assert passes({"access": "no", "foot": value}, by_kind=False)[0]


@pytest.mark.parametrize("value", sorted(CLOSES))
def test_a_value_closes_what_the_kind_opens(value: str) -> None:
    assert not passes({"access": value}, by_kind=True)[0]
    assert not passes({"access": "yes", "foot": value}, by_kind=True)[0]


@given(st.sets(st.sampled_from(sorted(OPENS)), max_size=3), st.sampled_from(sorted(CLOSES)))
def test_of_several_values_one_that_closes_closes_in_any_order(
    opening: set[str], closing: str
) -> None:
    for values in ([closing, *opening], [*opening, closing]):
        assert not walked(access=";".join(values))
    assert walked(access="; ".join(sorted(opening)))


def test_what_is_not_understood_is_told_and_changes_nothing() -> None:
    for value, by_kind in itertools.product(("unknown", "???", "ja"), (True, False)):
        told = ("unknown_value", f"access={value}", by_kind)
        assert passes({"access": value}, by_kind=by_kind) == (by_kind, "", (told,))
    assert not walked(access="no", foot="???")
    assert not walked(access="???;private")


def test_plain_values_are_not_told_and_others_are() -> None:
    for plain in ("yes", "no", "private", "permissive", "designated", "use_sidepath"):
        assert passes({"foot": plain}, by_kind=True).remarks == ()
    for value in ("customers", "military", "permit", "destination"):
        (remark,) = passes({"access": value}, by_kind=True).remarks
        assert (remark.told, remark.passes) == ("value", value == "destination")


@pytest.mark.parametrize(
    "condition",
    [
        "no @ (Dec-Mar)",
        "no @ Dec-Mar",
        "no@(Dec - Mar)",
        "no @ (December-March)",
        "no @ (Nov 15-Apr 20)",
        "no @ (Jan 1-3)",
        "no @ (Sa,Su)",
        "no @ (Su[2])",
        "no @ (07:30-08:30)",
        "no @ (Mo-Fr 07:30-08:30,15:00-16:00)",
        "no @ (17:00-09:00)",
        "no @ (sunset-sunrise)",
        "no @ (22:00-05:00; Su 10:00-12:00)",
        "private @ (Mo-Fr AND 09:00-17:00)",
        "yes @ (Apr-Nov)",
        "yes @ (sunrise-sunset)",
        "permissive @ (Mo-Fr 06:00-22:00)",
        "destination @ (06:00-23:00); no @ (Jan)",
    ],
)
def test_what_is_closed_at_times_when_a_group_may_meet_has_hours_and_is_told(
    condition: str,
) -> None:
    for key in ("foot:conditional", "access:conditional"):
        open_, hours, remarks = passes({key: condition}, by_kind=True)
        assert open_
        assert not is_open(hours, every_meeting())
        assert remarks == (("hours", f"{key}={condition}", True),)


@pytest.mark.parametrize(
    "condition",
    ["no @ (winter)", "no @ (snow)", "no @ (PH)", "no @ (week 50-10)", "yes @ (22:00-07:00)"],
)
def test_what_is_closed_nobody_knows_when_or_whenever_a_group_may_meet_is_closed_and_told(
    condition: str,
) -> None:
    told = ("times", f"foot:conditional={condition}", False)
    assert passes({"foot:conditional": condition}, by_kind=True) == (False, "", (told,))


@pytest.mark.parametrize(
    "condition",
    [
        "no @ (22:00-05:00)",
        "no @ (Dec-Mar 23:00-06:00)",
        "no @ (Mo-Fr 22:00-06:00 AND winter)",
        "no @ (21:00-24:00)",
        "yes @ (06:00-22:00)",
        "yes @ (24/7)",
        "designated @ (Su 12:00-17:00)",
        "no @ (Jan); yes @ (Dec-Feb)",
    ],
)
def test_what_is_closed_at_night_alone_is_open_and_told(condition: str) -> None:
    told = ("times", f"foot:conditional={condition}", True)
    assert passes({"foot:conditional": condition}, by_kind=True) == (True, "", (told,))


@pytest.mark.parametrize(
    "condition", ["no @ (weight>3.5)", "no @ (2024 Jan 1-2024 Mar 31)", "no", "maybe @ (Dec)", "@"]
)
@pytest.mark.parametrize("access", ["yes", "no"])
def test_a_condition_that_is_not_understood_is_told_and_changes_nothing(
    condition: str, access: str
) -> None:
    tags = {"access": access, "access:conditional": condition}
    open_, hours, (remark,) = passes(tags, by_kind=True)
    assert (open_, hours, remark.told) == (access == "yes", "", "unknown_times")


def test_conditions_open_what_is_closed_only_where_they_cover_every_meeting() -> None:
    assert walked(access="no", access__conditional="yes @ (Mo-Su 07:00-21:30)")
    assert not walked(access="no", access__conditional="yes @ (08:00-18:00)")
    assert not walked(access="private", foot__conditional="yes @ (Mar-Nov)")
    # What is said of walkers counts before what is said of everybody.
    assert walked(foot="yes", access__conditional="no @ (Dec-Mar)")
    assert not walked(access="yes", foot__conditional="no @ (Dec-Mar)")


@pytest.mark.parametrize(
    ("hours", "open_"),
    [
        ("24/7", True),
        ("06:00-23:00", True),
        ("Mo-Fr 06:00-23:00; Sa,Su 07:00-22:00", True),
        ("Mo-Fr 06:00-23:00, Sa-Su 07:00-22:00", True),
        ("Apr-Sep 05:00-22:00; Oct-Mar 07:00-21:30", True),
        ("Mo-Fr 06:00-23:00", False),
        ("06:00-23:00; PH off", False),
        ("06:00-23:00; Dec 29-Jan 3 closed", False),
        ("09:00-17:00", False),
        ("sunrise-sunset", False),
        ("Apr-Nov", False),
        ("by appointment", True),
    ],
)
def test_hours_are_judged_like_conditions(hours: str, *, open_: bool) -> None:
    assert walked(opening_hours=hours) is open_
    assert not walked(opening_hours=hours, foot="no")


@pytest.mark.parametrize("key", ["seasonal", "winter_road"])
def test_a_street_of_one_season_is_closed_as_nobody_knows_which(key: str) -> None:
    told = ("times", f"{key}=yes", False)
    assert passes({key: "yes"}, by_kind=True) == (False, "", (told,))
    assert walked(**{key: "no"})


@pytest.mark.parametrize(
    ("tags", "months", "days", "clock"),
    [
        ({"opening_hours": "09:00-17:00"}, range(12), range(7), range(18, 34)),
        ({"foot:conditional": "no @ (Dec-Mar)"}, range(3, 11), range(7), range(48)),
        ({"opening_hours": "Tu-Su 09:00-17:00"}, range(12), range(1, 7), range(18, 34)),
        (
            {"access": "no", "foot:conditional": "yes @ (Sa 8:00-10:15)"},
            range(12),
            [5],
            range(16, 20),
        ),
        (
            {"opening_hours": "Apr-Oct 09:00-17:00; We off"},
            range(3, 10),
            {0, 1, 3, 4, 5, 6},
            range(18, 34),
        ),
    ],
    ids=str,
)
def test_hours_are_those_in_which_it_is_open(
    tags: dict[str, str], months: Iterable[int], days: Iterable[int], clock: Iterable[int]
) -> None:
    expected = np.zeros((12, 7, 48), dtype=bool)
    expected[np.ix_(list(months), list(days), list(clock))] = True
    hours = passes(tags, by_kind=True).hours
    found = [digit == "1" for digit in f"{int(hours, 16):0{expected.size}b}"]
    assert found == expected.ravel().tolist()


def test_what_is_open_before_and_after_all_meetings_alone_is_closed() -> None:
    told = ("times", "opening_hours=05:00-08:00", False)
    assert passes({"opening_hours": "05:00-08:00"}, by_kind=True) == (False, "", (told,))


@given(*[st.lists(st.booleans(), min_size=7, max_size=7)] * 3)
def test_a_street_is_open_to_who_meets_at_none_of_the_times_when_it_is_closed(
    one: list[bool], other: list[bool], met: list[bool]
) -> None:
    grids = [np.zeros((12, 7, 48), dtype=bool) for _ in range(3)]
    for grid, days in zip(grids, (one, other, met), strict=True):
        grid[3, :, 20] = days
    hours, also, when = (written(grid) for grid in grids)
    assert is_open(hours, when) == all(a or not m for a, m in zip(one, met, strict=True))
    both = [a and b for a, b in zip(one, other, strict=True)]
    assert is_open(together(hours, also), when) == all(
        a or not m for a, m in zip(both, met, strict=True)
    )
    assert together(hours, "") == together("", hours) == hours
    # An ordinary street is open to everybody, one with hours not to who meets at unknown times.
    assert is_open("", when)
    assert is_open("", "")
    assert not is_open(hours, "")


@given(st.integers(0, 23), st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
def test_hours_are_half_hours_surely_within_and_at_most_touched(
    first: int, last: int, minute: int
) -> None:
    shuts = last if last > first else last + 24
    begins_min, ends_min = 60 * first + minute, 60 * shuts + minute
    text = f"{first:02}:{minute:02}-{last:02}:{minute:02}"
    for surely in (True, False):
        found = half_hours(text, surely=surely)
        assert found is not None
        for half_hour in range(48):
            # The half-hour of this day and of the next: the hours may go past midnight.
            spans = [(at, at + 30) for at in (30 * half_hour, 30 * half_hour + 1440)]
            if surely:
                holds = any(begins_min <= a and b <= ends_min for a, b in spans)
            else:
                holds = any(a < ends_min and begins_min < b for a, b in spans)
            assert found[:, :, half_hour].all() == holds
            assert found[:, :, half_hour].any() == holds


@given(st.integers(0, 11), st.integers(0, 11))
def test_months_go_round_the_year(first: int, last: int) -> None:
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    found = half_hours(f"{names[first]}-{names[last]}", surely=True)
    assert found is not None
    length = (last - first) % 12 + 1
    expected = {(first + month) % 12 for month in range(length)}
    assert set(np.flatnonzero(found.all(axis=(1, 2)))) == expected
    assert set(np.flatnonzero(found.any(axis=(1, 2)))) == expected


def test_groups_meet_from_eight_to_nine_in_the_evening() -> None:
    met = half_hours("08:00-21:00", surely=True)
    assert met is not None
    assert met[:, :, MET].all()
    assert met.sum() == 12 * 7 * 26


def test_a_street_is_private_where_private_decides() -> None:
    for tags in ({"access": "private"}, {"foot": "private", "access": "yes"}):
        assert is_private(tags)
    for tags in ({"access": "private", "foot": "permissive;yes"}, {"access": "private;military"}):
        assert not is_private(tags)
    assert is_private({"access": "private", "foot": "???"})
    assert not is_private({"access": "no"})
