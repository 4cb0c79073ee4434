"""Origins: what a layer is built from, and by which methods, down to the files."""

from services.profile.schema import Layer, Profile

MADE_UP = frozenset({"nearest_site", "union"})
"""Methods that give borders which nobody drew: such a layer is approximate."""


def base_of(layer: Layer) -> str:
    """Return the layer that this one is built from, '' where it is made of a file or of nothing."""
    return layer.union.of if layer.union else layer.same_areas_as or layer.base_layer


def lineage(layer: Layer, profile: Profile) -> list[Layer]:
    """Return the layer, the one that it is built from, and so on; a circle ends where it closes."""
    found = [layer]
    while base := base_of(found[-1]):
        versions = [other for other in profile.layers if other.id == base]
        nearest = next((other for other in versions if other.available), None)
        if nearest is None or any(nearest is other for other in found):
            break
        found.append(nearest)
    return found


def methods(layer: Layer, profile: Profile) -> set[str]:
    """Return the methods that the areas of a layer come about by, of all that it is built from."""
    return {str(other.method) for other in lineage(layer, profile) if other.method}
