"""Walkable: the rules for Japan, one by one."""

import pytest

from geo.streets.walkable import (
    OWN_GATE,
    SHUT,
    USEFUL_NODE_TAGS,
    USEFUL_TAGS,
    is_walkable,
    judge,
    judge_node,
    street_attributes,
)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "footway"},
        {"highway": "trunk"},
        {"highway": "trunk", "motorroad": "no"},
        {"highway": "trunk_link"},
        {"highway": "steps"},
        {"highway": "steps", "conveying": "forward"},
        {"highway": "elevator"},
        {"highway": "corridor", "indoor": "yes", "level": "-1"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "service", "service": "parking_aisle"},
        {"highway": "service", "service": "driveway"},
        {"highway": "service", "access": "destination"},
        {"highway": "service", "access": "private", "foot": "yes"},
        {"highway": "path", "access": "no", "foot": "designated"},
        {"highway": "path", "access": "private", "foot": "permissive"},
        {"highway": "cycleway", "foot": "yes"},
        {"highway": "cycleway", "foot": "designated"},
        {"highway": "track"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "foot": "private"},
        {"highway": "cycleway", "foot": "private"},
        {"highway": "crossing"},
        {"highway": "footway", "footway": "crossing", "foot": "designated"},
        {"highway": "secondary", "sidewalk": "separate"},
        {"highway": "path;footway"},
        {"highway": "cycleway; footway"},
        {"highway": "path", "foot": "yes;designated", "access": "no"},
        {"highway": "cycleway", "foot": "official"},
        {"highway": "service", "access": "military", "foot": "permissive"},
    ],
    ids=str,
)
def test_a_walker_may_go_there(tags: dict[str, str]) -> None:
    assert is_walkable(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"name": "no highway at all"},
        {"highway": "motorway"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "motorway_link"},
        {"highway": "trunk", "motorroad": "yes"},
        {"highway": "trunk", "foot": "no"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "service", "access": "no"},
        {"highway": "service", "access": "private", "foot": "no"},
        {"highway": "footway", "access": "yes", "foot": "no"},
        {"highway": "cycleway"},
        {"highway": "cycleway", "foot": "no"},
        {"highway": "construction", "construction": "residential"},
        {"highway": "construction", "foot": "yes"},
        {"highway": "proposed"},
        {"highway": "raceway"},
        {"highway": "bus_guideway"},
        {"highway": "abandoned"},
        {"highway": "bus_stop"},
        {"highway": "services"},
        {"highway": "construction;footway"},
        {"highway": "path", "access": "no;permissive"},
        {"highway": "track", "access": "military"},
        {"highway": "track", "access": "agricultural;forestry"},
        {"highway": "footway", "footway": "crossing", "crossing": "no"},
    ],
    ids=str,
)
def test_a_walker_may_not_go_there(tags: dict[str, str]) -> None:
    assert not is_walkable(tags)


def test_the_useful_tags_are_all_that_the_rules_read() -> None:
    tags = {"highway": "service", "access": "private", "foot": "yes", "noname": "yes", "lit": "no"}
    kept = {key: value for key, value in tags.items() if key in USEFUL_TAGS}
    assert "noname" not in kept
    assert is_walkable(kept) == is_walkable(tags)
    assert street_attributes(kept) == street_attributes(tags)


def attribute(name: str, tags: dict[str, str]) -> object:
    """Return one attribute by its name, in the order that the docstring gives."""
    told = ("highway", "name", "bridge", "tunnel", "steps", "layer")
    told += ("crossing", "signals", "surface", "step_count", "oneway", "private", "traits")
    told += ("incline_pct", "hours")
    return dict(zip(told, street_attributes(tags), strict=True))[name]


def test_the_attributes_of_an_edge_come_from_its_tags() -> None:
    tags = {"highway": "footway", "name": "跨線橋", "bridge": "yes", "tunnel": "no", "layer": "1"}
    nothing_else = (False, False, "", 0, 0, False, "", 0.0, "")
    assert street_attributes(tags) == ("footway", "跨線橋", True, False, False, 1, *nothing_else)


def test_nobody_climbs_the_steps_of_an_escalator() -> None:
    steps = {"highway": "steps", "step_count": "40"}
    moving = {**steps, "conveying": "yes"}
    assert [attribute("steps", tags) for tags in (steps, moving)] == [True, False]
    assert [attribute("step_count", tags) for tags in (steps, moving)] == [40, 0]


@pytest.mark.parametrize(("text", "layer"), [("-1", -1), ("2", 2), ("1;2", 0), ("", 0)])
def test_a_layer_that_is_no_number_is_the_ground(text: str, layer: int) -> None:
    assert attribute("layer", {"highway": "path", "layer": text}) == layer


@pytest.mark.parametrize(("text", "count"), [("8", 8), ("~8", 0), ("-3", 0), ("9" * 30, 0)])
def test_a_number_of_steps_that_cannot_be_is_not_known(text: str, count: int) -> None:
    assert attribute("step_count", {"highway": "steps", "step_count": text}) == count


def test_steps_are_counted_on_steps_only() -> None:
    assert attribute("step_count", {"highway": "footway", "step_count": "8"}) == 0


def test_a_passage_through_a_building_is_no_tunnel() -> None:
    found = [attribute("tunnel", {"highway": "footway", "tunnel": t}) for t in ("yes", "culvert")]
    assert found == [True, True]
    assert attribute("tunnel", {"highway": "footway", "tunnel": "building_passage"}) is False


@pytest.mark.parametrize(
    ("tags", "crossing_signals"),
    [
        ({"highway": "footway", "footway": "crossing"}, (True, False)),
        ({"highway": "path", "path": "crossing", "crossing": "traffic_signals"}, (True, True)),
        ({"highway": "cycleway", "cycleway": "crossing", "crossing:signals": "yes"}, (True, True)),
        ({"highway": "footway", "crossing": "zebra"}, (True, False)),
        ({"highway": "footway", "crossing": "no"}, (False, False)),
        ({"highway": "footway", "footway": "sidewalk"}, (False, False)),
        ({"highway": "crossing", "crossing": "traffic_signals;marked"}, (True, True)),
        # What a road says of its crossings does not make a crossing of it.
        ({"highway": "secondary", "crossing": "traffic_signals"}, (False, False)),
    ],
    ids=str,
)
def test_a_crossing_says_so_itself(
    tags: dict[str, str], crossing_signals: tuple[bool, bool]
) -> None:
    assert (attribute("crossing", tags), attribute("signals", tags)) == crossing_signals


def test_a_way_drawn_as_a_crossing_is_a_footway() -> None:
    assert attribute("highway", {"highway": "crossing"}) == "footway"


@pytest.mark.parametrize(
    ("tags", "private"),
    [
        ({"highway": "service", "access": "private"}, True),
        ({"highway": "service", "foot": "private"}, True),
        ({"highway": "service", "access": "yes", "foot": "private"}, True),
        ({"highway": "service", "access": "private", "foot": "yes"}, False),
        ({"highway": "service", "access": "private", "foot": "permissive"}, False),
        ({"highway": "service", "access": "destination"}, False),
    ],
    ids=str,
)
def test_a_street_is_private_unless_its_walkers_are_let_in(
    tags: dict[str, str], *, private: bool
) -> None:
    assert attribute("private", tags) is private


@pytest.mark.parametrize(
    ("surface", "kind"),
    [
        ("asphalt", "paved"),
        ("paving_stones", "paved"),
        ("sett", "paved"),
        ("wood", "paved"),
        ("gravel", "unpaved"),
        ("fine_gravel", "unpaved"),
        ("ground", "unpaved"),
        ("grass", "unpaved"),
        ("asphalt;gravel", ""),
        ("asphalt;concrete", "paved"),
        ("dirt; grass", "unpaved"),
        ("たたき", ""),
        ("", ""),
    ],
)
def test_a_surface_is_paved_unpaved_or_unknown(surface: str, kind: str) -> None:
    assert attribute("surface", {"highway": "path", "surface": surface}) == kind


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({}, 0),
        ({"highway": "crossing"}, 1),
        ({"crossing": "unmarked"}, 1),
        ({"highway": "crossing", "crossing": "zebra", "crossing:signals": "no"}, 1),
        ({"highway": "traffic_signals"}, 2),
        ({"highway": "crossing", "crossing": "traffic_signals"}, 2),
        ({"highway": "crossing", "crossing": "traffic_signals;marked"}, 2),
        ({"highway": "crossing", "crossing:signals": "yes"}, 2),
        ({"highway": "elevator"}, 3),
        ({"highway": "bus_stop"}, 0),
        ({"crossing": "no"}, 4),
        ({"highway": "traffic_signals", "crossing": "no"}, 4),
    ],
    ids=str,
)
def test_a_node_is_plain_a_crossing_signals_or_an_elevator(tags: dict[str, str], kind: int) -> None:
    assert judge_node(tags) == (kind, "", ())


@pytest.mark.parametrize(
    "tags",
    [
        *({"barrier": kind} for kind in ("bollard", "gate", "lift_gate", "kissing_gate", "stile")),
        *({"barrier": kind} for kind in ("turnstile", "cycle_barrier", "toll_booth", "entrance")),
        {"barrier": "gate", "access": "no", "foot": "yes"},
        {"barrier": "gate", "locked": "yes", "foot": "designated"},
        {"barrier": "gate", "motor_vehicle": "no", "access": "destination"},
        {"barrier": "fence", "foot": "yes"},
        {"barrier": "something new"},
        {"barrier": "gate", "opening_hours": "05:00-22:00"},
        # Who may use the shop, the car park is not who may walk past.
        {"shop": "supermarket", "access": "customers"},
        {"amenity": "parking_entrance", "access": "private"},
        {"shop": "bakery", "opening_hours": "10:00-15:00"},
        {"ford": "no"},
    ],
    ids=str,
)
def test_a_walker_passes_the_node(tags: dict[str, str]) -> None:
    assert judge_node(tags)[:2] == (0, "")


@pytest.mark.parametrize(
    "tags",
    [
        {"barrier": "gate", "opening_hours": "09:00-17:00"},
        {"barrier": "gate", "access:conditional": "no @ (Dec-Mar)"},
        {"highway": "elevator", "opening_hours": "09:00-17:00"},
        {"barrier": "gate", "access": "private", "opening_hours": "09:00-17:00"},
    ],
    ids=str,
)
def test_a_gate_has_the_hours_of_a_street_of_its_tags(tags: dict[str, str]) -> None:
    way = {key: value for key, value in tags.items() if key not in ("highway", "barrier")}
    hours = judge({"highway": "path", **way}).hours
    assert judge_node(tags).hours == hours
    assert hours


@pytest.mark.parametrize(
    "tags",
    [
        {"barrier": "gate", "access": "no"},
        {"barrier": "gate", "foot": "no", "access": "yes"},
        {"barrier": "lift_gate", "access": "permit"},
        {"barrier": "gate", "locked": "yes"},
        {"barrier": "wall"},
        {"barrier": "fence", "note": "no gate"},
        {"railway": "level_crossing", "access": "no"},
        {"highway": "crossing", "foot": "no"},
        {"barrier": "gate", "access": "no", "opening_hours": "09:00-17:00"},
        {"barrier": "gate", "seasonal": "yes"},
        {"ford": "yes"},
        {"ford": "stepping_stones"},
    ],
    ids=str,
)
def test_nobody_passes_the_node(tags: dict[str, str]) -> None:
    kept = {key: value for key, value in tags.items() if key in USEFUL_NODE_TAGS}
    kind, _, remarks = judge_node(kept)
    assert (kind, [remark.passes for remark in remarks]) == (SHUT, [False])


@pytest.mark.parametrize(
    "tags",
    [
        {"barrier": "bollard", "access": "private"},
        {"barrier": "gate", "locked": "yes", "access": "private"},
        {"entrance": "service", "access": "private"},
        {"highway": "elevator", "access": "private"},
    ],
    ids=str,
)
def test_those_alone_pass_a_private_gate_who_live_there(tags: dict[str, str]) -> None:
    assert judge_node(tags).kind == OWN_GATE


def test_a_barrier_of_unknown_kind_is_told() -> None:
    (remark,) = judge_node({"barrier": "something new"}).remarks
    assert remark == ("unknown_value", "barrier=something new", True)
    told = [one.told for one in judge_node({"barrier": "new", "access": "no"}).remarks]
    assert told == ["value"]
