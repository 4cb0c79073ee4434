"""
A limit is inclusive in every module: 500 m means a walk of exactly 500.000 m as well.

On the street of tests/datedtown.py place A stands at 100 m, h0 (20 residents aged 65+) beside it and
h1 (30) at 600 m. Within 500 m both are reached, within 499.999 m only h0. At 60 m/min the walk of h1
takes 500 s, which is 8 1/3 minutes.
"""

from datetime import date

import pyproj
import pytest
import shapely

from geo.coverage.reached import Limit
from services.publication.timeline import timeline
from services.results.candidates import candidates_frame
from services.results.gaps import gaps_frame
from services.results.provision import provision_frame
from services.results.reach import reach_frame
from services.results.resilience import backup_frame, closings, resilience_frame
from services.results.run import coverage_frame
from services.results.slots import combined_frame, slots_frame
from services.results.streets import streets_frame
from services.scenarios.whatif import WhatIf
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.answer import why
from tests.datedtown import dated_workspace
from tests.streets import PLANE

ROWS = (("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),)
H1_X = 600.0
LIMITS = (
    # limit, residents reached in the whole town
    ({"walk_limit_m": 500.0}, 50.0),
    ({"walk_limit_m": 499.999}, 20.0),
    ({"walk_limit_min": 500 / 60}, 50.0),
    ({"walk_limit_min": 499.999 / 60}, 20.0),
    ({"walk_limit_m": 500.0, "walk_limit_min": 500 / 60}, 50.0),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return dated_workspace(tmp_path_factory.mktemp("exact"), *ROWS)


@pytest.fixture(params=LIMITS, ids=lambda limit: "+".join(f"{v:g}" for v in limit[0].values()))
def asked(request, workspace):
    """Return the town within a limit, the limit's options, and how many that reaches."""
    limit, reached = request.param
    return Situation(workspace, Parameters.of(workspace.profile, **limit)), limit, reached


def in_town(frame, situation, column, **wanted):
    """Return the sum of a column over the district layer, within the main limit."""
    limit = situation.parameters.limit.columns()
    for name, value in {"layer": "district", "age_group": "65+", **wanted}.items():
        if name in frame:
            frame = frame[frame[name] == value]
    for name, value in limit.items():
        frame = frame[(frame[name] == value) | (frame[name].isna() & (value != value))]  # noqa: PLR0124
    return frame[column].sum()


def test_every_table_of_a_run(asked):
    town, _, reached = asked
    weekly = {"frequency": "weekly"}
    standard = {**weekly, "profile": town.walking.profile.id}
    monday = {**weekly, "weekday": 0, "half_day": "am"}
    assert in_town(coverage_frame(town), town, "reached", **standard) == reached
    assert in_town(coverage_frame(town), town, "circle_reached", **standard) == reached
    assert in_town(slots_frame(town), town, "reached", **monday) == reached
    assert in_town(combined_frame(town), town, "reached") == reached
    outside = in_town(provision_frame(town), town, "residents_outside", **weekly)
    assert outside == 200.0 - reached
    closed = closings(town)
    assert in_town(resilience_frame(town, closed), town, "residents_lost") == reached
    assert in_town(backup_frame(town, closed), town, "reached") == reached
    assert in_town(gaps_frame(town), town, "unreached") == 200.0 - reached


def test_drawings(asked):
    town, _, reached = asked
    homes = town.homes.geometry
    for shape in reach_frame(town).geometry[:1]:
        inside = shapely.covers(shape, homes.to_numpy())
        assert town.residents["65+"][inside].sum() == reached
    lines = streets_frame(town)
    weekly = lines[lines["reach"] == "weekly"].geometry.union_all()
    # Streets end where reach ends: at 600 m of the street, or a millimetre before.
    end_m = 600.0 if reached == 50.0 else 599.999
    assert weekly.bounds[2] == pytest.approx(end_m, abs=1e-5)


def test_why_and_what_if(asked):
    town, _, reached = asked
    lon, lat = pyproj.Transformer.from_crs(PLANE, 6668, always_xy=True).transform(H1_X, 0.0)
    # A point from degrees is right to a hair only, so a hair is allowed to it.
    limit = town.parameters.limit
    hair = 1e-4 if reached == 50.0 else 0.0
    near = Limit(
        None if limit.m is None else limit.m + hair,
        None if limit.minutes is None else limit.minutes + hair,
    )
    assert why(town, lon, lat, limit=near).way.within_limit == (reached == 50.0)
    # Closing A loses just those whom it reached.
    closed = WhatIf(town, "district").close("A").whole
    assert in_town(closed.assign(layer="district"), town, "lost", frequency="weekly") == reached


def test_years(asked, workspace):
    _, limit, reached = asked
    parameters = Parameters.of(workspace.profile, **limit)
    found = timeline(workspace, [date(2025, 3, 31)], parameters).years
    assert found["reached_weekly"].tolist() == [reached, reached]


def test_candidates(tmp_path_factory):
    """A monthly place at 100 m that could meet weekly would newly reach h0 and h1, or h0 alone."""
    monthly = (("M", 100.0, "第1月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vM"),)
    workspace = dated_workspace(tmp_path_factory.mktemp("candidates"), *monthly)
    for limit, reached in LIMITS:
        town = Situation(workspace, Parameters.of(workspace.profile, **limit))
        assert candidates_frame(town)["newly_reached"].tolist() == [reached]
