"""Boundaries: official products, and areas that are made, must have what they are made of."""

from collections.abc import Iterator

from services.profile.origins import MADE_UP, methods
from services.profile.products import products
from services.profile.schema import Layer, Profile

_OF_METHOD = {
    "nearest_site": ("sites_kinds",),
    "union": ("base_layer", "area_field", "lots_field", "points_source", "halls_source"),
    "mesh": ("mesh_side_m",),
}
_NEED_THE_OUTLINE = frozenset({"nearest_site", "mesh"})


def broken_boundaries(profile: Profile) -> Iterator[str]:
    """Yield what is wrong with products, methods and the sources and layers that they need."""
    yield from _sources(profile)
    for layer in profile.layers:
        yield from _layer(layer, profile)
    yield from _order(profile)


def _sources(profile: Profile) -> Iterator[str]:
    people = [layer for layer in profile.layers if layer.id == profile.population.layer]
    by_mesh = any("mesh" in methods(layer, profile) for layer in people)
    outlined = any(
        layer.kind == "municipality" and layer.source and not layer.method
        for layer in profile.layers
    )
    for source in profile.sources:
        if source.product and source.product not in products():
            listing = ", ".join(products())
            yield f"source {source.id}: there is no product {source.product!r}; there is {listing}"
        if source.also and not (by_mesh and source.id == profile.population.source):
            yield f"source {source.id}: also is only for residents by mesh"
        shows = source.format == "osm" or (
            source.product in products() and products()[source.product].has_ground
        )
        if source.id in profile.ground.also and not shows:
            listing = ", ".join(known.id for known in products().values() if known.has_ground)
            yield f"source {source.id}: no ground; needs format = 'osm' or a product of {listing}"
        if source.within and not outlined:
            yield f"source {source.id}: within needs a layer of kind municipality with a file"


def _layer(layer: Layer, profile: Profile) -> Iterator[str]:
    where = f"layer {layer.id}"
    with_product = [source.id for source in profile.sources if source.product]
    named = layer.name_field or layer.method or layer.source in with_product
    if layer.source and not named:
        yield f"{where}: needs name_field (or a product of the source, or a method)"
    for name in (layer.points_source, layer.halls_source):
        if name and name not in [source.id for source in profile.sources]:
            yield f"{where}: there is no source {name!r}"
    if layer.method == "union" and not layer.base_layer:
        yield f"{where}: method = 'union' needs base_layer"
    if (layer.method == "mesh") != bool(layer.mesh_side_m):
        yield f"{where}: mesh_side_m and method = 'mesh' go together"
    for method, fields in _OF_METHOD.items():
        for field in fields:
            if method != layer.method and field != "mesh_side_m" and getattr(layer, field):
                yield f"{where}: {field} is only for method = {method!r}"
    made_up = methods(layer, profile) & MADE_UP and layer.method not in MADE_UP
    if made_up and not layer.approximate:
        yield f"{where}: is built from borders that are made up; it is approximate = true"


def _order(profile: Profile) -> Iterator[str]:
    """Say where something is needed before it can be made: outline, then residents, then streets."""
    drawn = [
        layer
        for layer in profile.layers
        if layer.available and not methods(layer, profile) & _NEED_THE_OUTLINE
    ]
    if not drawn:
        yield "no layer has a file of areas; give the municipality's own boundary as a layer"
    for layer in profile.layers:
        if layer.kind == "municipality" and methods(layer, profile) & _NEED_THE_OUTLINE:
            yield f"layer {layer.id}: the municipality's own outline cannot be made of what needs it"
        if layer.id == profile.population.layer and "nearest_site" in methods(layer, profile):
            yield f"population.layer: {layer.id!r} needs the streets, residents are read before them"
