"""Versions: which areas of a layer are valid on a day, and what stands in where those have no borders."""

from datetime import date

from services.profile.schema import Layer, Profile
from services.words.texts import text


def layers_on(profile: Profile, day: date) -> list[Layer]:
    """
    Return the layers that can be computed for a day, one version each, in the profile's order.

    Where the version of that day has no borders, the newest earlier one that has stands in for it
    and is approximate. A layer that never had any is left out (see ``without_borders``).
    """
    chosen = []
    for name in dict.fromkeys(layer.id for layer in profile.layers):
        versions = [layer for layer in profile.layers if layer.id == name]
        layer = _version_on(versions, day)
        if layer and has_borders(layer, profile):
            chosen.append(layer)
        elif layer and (earlier := _earlier_with_borders(versions, layer, profile)):
            chosen.append(_standing_in(earlier, layer.version))
    return chosen


def without_borders(profile: Profile) -> list[Layer]:
    """Return the declared layers, or versions of layers, that no open borders exist for."""
    return [layer for layer in profile.layers if not has_borders(layer, profile)]


def on_day(profile: Profile, day: date) -> Profile:
    """Return the profile with just the layers that can be computed for a day."""
    return profile.model_copy(update={"layers": layers_on(profile, day)})


def has_borders(layer: Layer, profile: Profile) -> bool:
    """Say whether there is something to read or to join for a layer; a shared one asks the other."""
    seen: set[str] = set()
    while layer.available and layer.same_areas_as and layer.id not in seen:
        seen.add(layer.id)
        others = [other for other in profile.layers if other.id == layer.same_areas_as]
        layer = next((other for other in others if other.available), others[0])
    return layer.available


def _standing_in(earlier: Layer, version: str) -> Layer:
    """Return an earlier version as what stands in for another, which its notes say."""
    notes = {
        name: f"{note} {text('layer.stands_in', lang, version=version, earlier=earlier.version)}"
        for name, note, lang in (("note", earlier.note, "ja"), ("note_en", earlier.note_en, "en"))
    }
    stripped = {name: note.strip() for name, note in notes.items()}
    return earlier.model_copy(update={"approximate": True, **stripped})


def _version_on(versions: list[Layer], day: date) -> Layer | None:
    for layer in versions:
        started = layer.valid_from is None or layer.valid_from <= day
        ended = layer.valid_to is not None and layer.valid_to < day
        if started and not ended:
            return layer
    return None


def _earlier_with_borders(versions: list[Layer], layer: Layer, profile: Profile) -> Layer | None:
    start = layer.valid_from or date.max
    earlier = [
        other
        for other in versions
        if other.valid_to and other.valid_to < start and has_borders(other, profile)
    ]
    return max(earlier, key=lambda other: other.valid_to or date.min, default=None)
