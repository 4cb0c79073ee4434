"""Parameters: what one run asks, with the origin of each assumption."""

from dataclasses import dataclass
from typing import Any

from geo.coverage.reached import Limit
from geo.errors import InvalidInputError
from services.profile import Profile, WalkingProfile
from services.situation.places import TODAY, Selection
from services.situation.walking import walker_of

ASKED_ORIGIN = "asked"
"""Origin of a limit that was asked for beside the profile's own."""


@dataclass(frozen=True)
class Parameters:
    """What one run asks; everything else is in the profile."""

    limit: Limit
    """The main one: gaps and candidates are judged by it."""
    limits: tuple[Limit, ...]
    """All that coverage is measured for, the main one among them."""
    age_group: str
    walking: WalkingProfile
    """The main one."""
    walkings: tuple[WalkingProfile, ...]
    """All that coverage is measured for, the main one first."""
    selection: Selection = TODAY

    @classmethod
    def of(
        cls,
        profile: Profile,
        *,
        walk_limit_m: float | None = None,
        walk_limit_min: float | None = None,
        walking_profile: str | None = None,
        selection: Selection = TODAY,
    ) -> "Parameters":
        """
        Take the profile's parameters, with those that were asked for put over them.

        Asked for minutes alone, minutes alone are the limit.
        """
        analysis = profile.analysis
        asked = limit_of(walk_limit_m, walk_limit_min)
        limit = asked or Limit(analysis.walk_limit_m, analysis.walk_limit_min)
        walking = _walking(profile, walking_profile or analysis.walking_profile)
        others = [other for other in profile.walking_profiles if other.id != walking.id]
        limits = {limit, *(Limit(m=m) for m in analysis.walk_limits_m)}
        limits |= {Limit(minutes=minutes) for minutes in analysis.walk_limits_min}
        for each in (walking, *others):
            walker_of(each)
        return cls(
            limit, _sorted(limits), analysis.age_group, walking, (walking, *others), selection
        )

    @property
    def longest_m(self) -> float:
        """Return the longest limit in metres."""
        return max((limit.m for limit in self.limits if limit.m is not None), default=0.0)

    @property
    def longest_s(self) -> float:
        """Return the longest limit in seconds."""
        minutes = [limit.minutes for limit in self.limits if limit.minutes is not None]
        return 60.0 * max(minutes, default=0.0)

    def _limit_origin(self, profile: Profile) -> str:
        """Return where the limit comes from: the profile tells it of its own limit only."""
        own = Limit(profile.analysis.walk_limit_m, profile.analysis.walk_limit_min)
        return profile.analysis.walk_limit_origin if self.limit == own else ASKED_ORIGIN

    def to_dict(self, profile: Profile) -> dict[str, Any]:
        """Return the parameters with the origin of each assumption."""
        as_of = self.selection.as_of
        return {
            "as_of": as_of.isoformat() if as_of else None,
            "with_suspended": self.selection.with_suspended,
            "with_planned": self.selection.with_planned,
            "qualification": profile.qualification.model_dump(),
            "walk_limit_m": self.limit.m,
            "walk_limit_min": self.limit.minutes,
            "walk_limits_m": [limit.m for limit in self.limits if limit.minutes is None],
            "walk_limits_min": [limit.minutes for limit in self.limits if limit.m is None],
            "age_group": self.age_group,
            "profile": self.walking.model_dump(),
            "profiles": [walking.model_dump() for walking in self.walkings],
            "snap_limit_m": profile.streets.snap_limit_m,
            "isolated_below_m": profile.streets.isolated_below_m,
            "permanent_min_days_per_week": profile.frequency.permanent_min_days_per_week,
            "provision": profile.provision.model_dump(),
            "needs_transport_below": profile.analysis.needs_transport_below,
            "gap_weights": profile.analysis.weights,
            "privacy": profile.privacy.model_dump(),
            "versions": {layer.id: layer.version for layer in profile.layers},
            "origins": {
                "walk_limit_m": self._limit_origin(profile),
                "profile": self.walking.origin,
                "frequency": profile.frequency.origin,
                "needs_transport": profile.analysis.needs_transport_origin,
                "gap_weights": profile.analysis.gap_weights_origin,
                "subsidies": profile.subsidies.origin,
            },
        }


def limit_of(walk_limit_m: float | None, walk_limit_min: float | None) -> Limit | None:
    """Return the limit that is asked for, None where none is."""
    if walk_limit_m is None and walk_limit_min is None:
        return None
    return Limit(walk_limit_m, walk_limit_min)


def _sorted(limits: set[Limit]) -> tuple[Limit, ...]:
    """Return limits in metres first, then in minutes, then in both, each from the shortest."""
    return tuple(
        sorted(
            limits,
            key=lambda one: (
                one.minutes is not None,
                one.m is not None,
                one.m or 0,
                one.minutes or 0,
            ),
        )
    )


def _walking(profile: Profile, wanted: str) -> WalkingProfile:
    found = next((w for w in profile.walking_profiles if w.id == wanted), None)
    if found is None:
        names = ", ".join(w.id for w in profile.walking_profiles)
        raise InvalidInputError(
            "there is no walking profile {wanted!r}; there are {names}", wanted=wanted, names=names
        )
    return found
