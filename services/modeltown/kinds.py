"""Kinds of street: their OSM tags, their rank and what stands along them."""

from dataclasses import dataclass, field

from shapely import LineString

from services.modeltown.names import NAMES


@dataclass(frozen=True)
class Kind:
    """A kind of street; where two lie on each other, the higher rank is kept."""

    name: str
    rank: int
    highway: str
    half_width_m: float
    lots: bool = True
    """Whether houses stand along it."""
    blocks: bool = True
    """Whether it bounds a block."""
    tags: tuple[tuple[str, str], ...] = ()


_BYPASS = (("sidewalk", "both"), ("name", NAMES.map.bypass), ("ref", "199"))
_ALL = (
    Kind("trunk", 9, "trunk", 11.0, tags=_BYPASS),
    Kind("secondary", 8, "secondary", 8.0),
    Kind("tertiary", 7, "tertiary", 6.0),
    Kind("shopping", 6, "pedestrian", 4.0),
    Kind("unclassified", 5, "unclassified", 3.5),
    Kind("residential", 4, "residential", 3.0),
    Kind("track", 3, "track", 2.0),
    Kind("steps", 4, "steps", 1.5, lots=False),
    Kind("levee", 2, "path", 1.5, lots=False),
    Kind("footway", 1, "footway", 1.0, lots=False, blocks=False),
    Kind("crossing", 1, "footway", 1.0, lots=False, blocks=False, tags=(("footway", "crossing"),)),
    Kind("stairs", 1, "steps", 1.0, lots=False, blocks=False),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
ARTERIALS = frozenset({"trunk", "secondary", "tertiary"})


@dataclass(frozen=True)
class Stretch:
    """A line of one kind, with the tags that only it has."""

    line: LineString
    kind: str
    tags: tuple[tuple[str, str], ...] = field(default=())

    @property
    def grade_separated(self) -> bool:
        """Return whether it passes over or under others without meeting them."""
        return any(key in {"bridge", "tunnel"} for key, _ in self.tags)
