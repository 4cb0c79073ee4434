"""What the tags of streets and of their nodes say that is more than a plain yes or no: the ledger."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd
import shapely

from geo.errors import Sentence
from geo.streets.access import TagRemark
from geo.streets.traits import text_says
from geo.streets.walkable import SHUT
from services.intake.streets.ways import Ways
from services.intake.tables.ledger import Entry, SourceLedger

TAGS_MOST = 20
"""So many unused tags are named, those about walkers first, then the most frequent."""

_ABOUT_WALKERS = frozenset(
    [
        "access",
        "barrier",
        "crossing",
        "emergency",
        "foot",
        "footway",
        "hazard",
        "impassable",
        "incline",
        "indoor",
        "inclined",
        "kerb",
        "lit",
        "obstacle",
        "overtaking",
        "passable",
        "pedestrian",
        "ramp",
        "sidewalk",
        "smoothness",
        "snowplowing",
        "stairwell",
        "surface",
        "tactile_paving",
        "temporary",
        "tracktype",
        "traffic_calming",
        "wheelchair",
        "width",
        "winter_service",
        "sac_scale",
        "ford",
        "trail_visibility",
        "handrail",
        "service",
    ]
)
"""First parts of keys whose tags bear on walking."""

_TURNSTILES = (("barrier", "turnstile"), ("barrier", "full-height_turnstile"))
"""What a walker passes, although many of them ask for a ticket."""

LISTED_MOST = 100
"""So many ways or nodes are listed one by one; further ones are counted."""

_NAMED_MOST = 10
"""So many nodes are named in one remark."""


def note_tags(
    ways: Ways, nodes: pd.DataFrame, boundary: shapely.Geometry, book: SourceLedger
) -> None:
    """List what conditions and barriers do to walkers, and what is not understood."""
    _note_times("way", ways.way_remarks, book)
    inside = _inside(ways, nodes, boundary)
    at_nodes = [(node, remark) for node, remark in ways.node_remarks if node in inside]
    _note_times("node", at_nodes, book)
    _note_values(ways.way_remarks, book)
    _note_nodes(at_nodes, book)
    _note_passed(ways, nodes.loc[nodes.index.isin(inside)], book)
    for kind, unused in (("way", ways.unused_of_ways), ("node", ways.unused_of_nodes)):
        if unused:
            book.note(_unused(kind, unused))
    walled = [node for node in ways.walled if node in inside]
    if walled:
        book.note(
            Entry(
                "walled_path",
                Sentence(
                    "nodes that a path shares with a wall or a fence, without a gate; taken as "
                    "passable: {number} (OSM nodes {listed})",
                    number=len(walled),
                    listed=_listed(walled),
                ),
            )
        )


def _inside(ways: Ways, nodes: pd.DataFrame, boundary: shapely.Geometry) -> set[int]:
    """Return which nodes that something is told of lie within the boundary."""
    told = {node for node, _ in ways.node_remarks} | ways.node_traits.keys()
    asked = sorted(told | set(ways.walled))
    known = nodes[nodes.index.isin(asked)]
    shapely.prepare(boundary)
    within = shapely.intersects_xy(boundary, known["x"].to_numpy(), known["y"].to_numpy())
    return set(known.index[within].tolist())


def _note_times(kind: str, remarks: Sequence[tuple[int, TagRemark]], book: SourceLedger) -> None:
    """List every way and node that is open or closed at times."""
    asked = [
        (osm_id, one) for osm_id, one in remarks if one.told in ("times", "hours", "unknown_times")
    ]
    for osm_id, remark in asked[:LISTED_MOST]:
        tag = remark.tag
        if remark.told == "unknown_times":
            said = Sentence(
                "OSM {kind} {osm_id}: {tag} (conditional); the condition is not understood and "
                "changes nothing",
                kind=kind,
                osm_id=osm_id,
                tag=tag,
            )
        elif remark.told == "hours":
            said = Sentence(
                "OSM {kind} {osm_id}: {tag} (conditional); walked to places whose groups meet while "
                "it is open, to no others",
                kind=kind,
                osm_id=osm_id,
                tag=tag,
            )
        elif remark.passes:
            said = Sentence(
                "OSM {kind} {osm_id}: {tag} (conditional); open whenever groups meet, so walked",
                kind=kind,
                osm_id=osm_id,
                tag=tag,
            )
        else:
            said = Sentence(
                "OSM {kind} {osm_id}: {tag} (conditional); closed whenever groups meet, or nobody "
                "knows when it is open, so not walked",
                kind=kind,
                osm_id=osm_id,
                tag=tag,
            )
        book.note(Entry("conditional", said))
    if len(asked) > LISTED_MOST:
        book.note(
            Entry(
                "conditional",
                Sentence(
                    "further streets that are open or closed at times: {number}",
                    number=len(asked) - LISTED_MOST,
                ),
            )
        )


def _note_values(remarks: Iterable[tuple[int, TagRemark]], book: SourceLedger) -> None:
    """Count the ways of each value of access beyond the plain ones."""
    kinds = ("value", "unknown_value")
    counted = Counter(remark for _, remark in remarks if remark.told in kinds)
    for remark, number in sorted(counted.items()):
        tag = remark.tag
        if remark.told == "unknown_value":
            said = Sentence(
                "ways with {tag}, which is not understood and changes nothing: {number}",
                tag=tag,
                number=number,
            )
        elif remark.passes:
            said = Sentence("ways with {tag}, walked: {number}", tag=tag, number=number)
        else:
            said = Sentence("ways with {tag}, not walked: {number}", tag=tag, number=number)
        book.note(Entry("access_value", said))


def _note_nodes(remarks: Sequence[tuple[int, TagRemark]], book: SourceLedger) -> None:
    """Count what shuts a way at a node, and barriers of unknown kind."""
    shut: dict[str, list[int]] = {}
    own: dict[str, list[int]] = {}
    unknown: dict[str, list[int]] = {}
    for node, remark in remarks:
        if remark.told == "unknown_value":
            unknown.setdefault(remark.tag, []).append(node)
        elif remark.told == "own":
            own.setdefault(remark.tag, []).append(node)
        elif remark.told == "value" and not remark.passes:
            shut.setdefault(remark.tag, []).append(node)
    for tag, nodes in sorted(shut.items()):
        book.note(
            Entry(
                "shut_node",
                Sentence(
                    "nodes with {tag}, which nobody passes: {number} (OSM nodes {listed})",
                    tag=tag,
                    number=len(nodes),
                    listed=_listed(nodes),
                ),
            )
        )
    for tag, nodes in sorted(own.items()):
        book.note(
            Entry(
                "own_gate",
                Sentence(
                    "nodes with {tag}, passed by those alone whose private road leads through: "
                    "{number} (OSM nodes {listed})",
                    tag=tag,
                    number=len(nodes),
                    listed=_listed(nodes),
                ),
            )
        )
    for tag, nodes in sorted(unknown.items()):
        book.note(
            Entry(
                "unknown_barrier",
                Sentence(
                    "nodes with {tag}, which is not understood; taken as passable unless another "
                    "tag shuts them: {number} (OSM nodes {listed})",
                    tag=tag,
                    number=len(nodes),
                    listed=_listed(nodes),
                ),
            )
        )


def _note_passed(ways: Ways, nodes: pd.DataFrame, book: SourceLedger) -> None:
    """Say which nodes walking profiles ask for, and that turnstiles are passed unless one forbids them."""
    by_text = nodes.index.to_series().groupby(nodes["traits"]).agg(list)
    for tag, listed in by_text[by_text.index != ""].items():
        book.note(
            Entry(
                "passed_node",
                Sentence(
                    "nodes with {tag}, which a walking profile forbids or weighs: {number} "
                    "(OSM nodes {listed})",
                    tag=tag,
                    number=len(listed),
                    listed=_listed(listed),
                ),
            )
        )
    open_ = nodes.index[nodes["kind"] != SHUT]
    turnstiles = [
        node for node in open_.tolist() if text_says(ways.node_traits.get(node, ""), _TURNSTILES)
    ]
    if turnstiles:
        book.note(
            Entry(
                "turnstile",
                Sentence(
                    "turnstiles, passed although many ask for a ticket; a walking profile may "
                    "forbid them: {number} (OSM nodes {listed})",
                    number=len(turnstiles),
                    listed=_listed(turnstiles),
                ),
            )
        )


def _unused(kind: str, unused: Counter[tuple[str, str]]) -> Entry:
    """Count the tags that say something which nothing uses."""
    ranked = sorted(
        unused.items(),
        key=lambda one: (one[0][0].split(":")[0] not in _ABOUT_WALKERS, -one[1], one[0]),
    )
    listed = ", ".join(f"{key}={value}: {number}" for (key, value), number in ranked[:TAGS_MOST])
    left = ranked[TAGS_MOST:]
    return Entry(
        "unused_tags",
        Sentence(
            "tags of each OSM {kind} on the streets that are read and not used: {listed}; others: "
            "{others_n} of {kinds_n} kinds",
            kind=kind,
            listed=listed,
            others_n=sum(number for _, number in left),
            kinds_n=len(left),
        ),
    )


def _listed(nodes: Sequence[int]) -> str:
    first = ", ".join(str(node) for node in sorted(nodes)[:_NAMED_MOST])
    return f"{first}, …" if len(nodes) > _NAMED_MOST else first
