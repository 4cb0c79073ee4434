"""The answer for one point as plain data: its leg to the streets and its way to each frequency."""

from dataclasses import asdict, dataclass, field
from typing import Any

from geo.coverage.reached import Limit
from services.why.changes import Changes
from services.why.straight import Straight
from services.words.reasons import doubted
from services.words.texts import LANGS


@dataclass(frozen=True)
class Leg:
    """
    How the point joins the streets; ``reason`` says why it does not.

    ``leg_s`` is at the walker's own speed. ``nearest_street_m`` is told in any case, however far.
    """

    reason: str
    leg_m: float | None
    leg_s: float | None
    street: str
    nearest_street_m: float | None
    snap_limit_m: float


@dataclass(frozen=True)
class Way:
    """
    The nearest place of one frequency or better.

    ``walk_m`` is the shortest walk to any such place and ``walk_s`` the quickest, as coverage judges
    them; ``way_m, way_s, climb_m, steps_n``, ``private_m`` (metres over private roads) and
    ``at_times_m`` (over streets that are closed at times) are of the one way that is drawn.
    ``approximate``: the place is a private home, all figures lead to the middle of its grid cell.
    """

    frequency: str
    within_limit: bool
    place_id: str = ""
    name: str = ""
    approximate: bool = False
    schedule_text: str = ""
    schedule_assumed: bool = False
    walk_m: float | None = None
    walk_s: float | None = None
    way_m: float | None = None
    way_s: float | None = None
    climb_m: float | None = None
    steps_n: float | None = None
    private_m: float | None = None
    at_times_m: float | None = None
    straight_m: float | None = None
    own_area: bool | None = None
    area_name: str = ""
    streets: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Why:
    """The answer; ``sentences`` by language, ``route`` and ``line`` are GeoJSON in degrees."""

    lon: float
    lat: float
    areas: dict[str, str]
    frequency: str
    profile: str
    label: dict[str, str]
    limit: Limit
    leg: Leg
    ways: list[Way]
    straight: Straight | None
    changes: Changes | None
    doubts: list[dict[str, Any]] = field(default_factory=list)
    """Why the way may differ from the real one: codes with their figures."""
    days_unknown: bool = False
    """Of some place, wherever it is, nobody knows when it meets."""
    piece: dict[str, Any] | None = None
    """The part of the network that it joins, where that is not the largest: ``broken_off`` or ``alone``."""
    sentences: dict[str, list[str]] = field(default_factory=dict)
    route: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)

    @property
    def way(self) -> Way:
        """Return the way to the frequency that is asked about."""
        return next(way for way in self.ways if way.frequency == self.frequency)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; what is not known is None."""
        return {
            "point": {"lon": self.lon, "lat": self.lat, "areas": self.areas},
            "frequency": self.frequency,
            "profile": {"id": self.profile, **self.label},
            "walk_limit_m": self.limit.m,
            "walk_limit_min": self.limit.minutes,
            "within_limit": self.way.within_limit,
            "leg": asdict(self.leg),
            "ways": [asdict(way) for way in self.ways],
            "days_unknown": self.days_unknown,
            "piece": self.piece,
            "changes": None if self.changes is None else self.changes.to_dict(),
            "doubts": self.doubts,
            "doubt": {lang: doubted(self.doubts, lang) for lang in LANGS},
            "sentences": self.sentences,
            "route": self.route,
            "straight": self.line,
        }
