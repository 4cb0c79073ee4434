"""References: what one table of a profile says of another must be there."""

from collections.abc import Iterator
from itertools import pairwise

from services.profile.boundaries import broken_boundaries
from services.profile.origins import base_of, lineage
from services.profile.schema import Layer, Profile


def broken_references(profile: Profile) -> Iterator[str]:
    """Yield every breach that no table shows alone."""
    yield from _sources(profile)
    yield from _layers(profile)
    yield from _versions(profile)
    yield from _built_layers(profile)
    yield from broken_boundaries(profile)
    yield from _choices(profile)
    yield from _weights(profile)
    yield from _facts(profile)
    yield from _meetings(profile)


def _sources(profile: Profile) -> Iterator[str]:
    sources = [source.id for source in profile.sources]
    for name in _twice(sources):
        yield f"source id {name!r} is used twice"
    used = [("streets", profile.streets.source), ("population", profile.population.source)]
    used += [("population_series", series.source) for series in profile.population_series]
    distribution = profile.population.distribution
    used += [("population.distribution", distribution.source)] if distribution else []
    for layer in profile.layers:
        used.append((f"layer {layer.id}", layer.source))
        if layer.union:
            used.append((f"layer {layer.id}: union", layer.union.source))
    used += [("venues", venues.source) for venues in profile.venues]
    used += [("places", places.source) for places in profile.places]
    used += [("stops", profile.stops.source)] if profile.stops else []
    used += [("hazards", hazards.source) for hazards in profile.hazards]
    used += [("buildings", profile.buildings.source)] if profile.buildings else []
    used += [("ground", name) for name in (profile.ground.source, *profile.ground.also)]
    used += [("elevation", profile.elevation.source)] if profile.elevation else []
    used += [("council_table", profile.council_table.source)] if profile.council_table else []
    used += [(f"indicator {one.id}", one.source) for one in profile.indicators]
    used += [("activity_counts", table.source) for table in profile.activity_counts]
    used += [("milestone_tables", table.source) for table in profile.milestone_tables]
    for where, name in used:
        if name and name not in sources:
            yield f"{where}: there is no source {name!r}"


def _layers(profile: Profile) -> Iterator[str]:
    layers = [layer.id for layer in profile.layers]
    computed = [layer.id for layer in profile.layers if _has_borders(layer, profile)]
    drafts = [layer.id for layer in profile.layers if layer.draft]
    for where, name in [
        ("analysis.gap_layer", profile.analysis.gap_layer),
        ("analysis.council_layer", profile.analysis.council_layer),
        ("population.layer", profile.population.layer),
    ]:
        if name not in layers:
            yield f"{where}: there is no layer {name!r}"
        elif name not in computed:
            yield f"{where}: the layer {name!r} has no borders; name one that stands in for it"
        elif name in drafts:
            yield f"{where}: the layer {name!r} is a draft"
    units = profile.units
    mentioned = [
        ("units.coordinator_unit", units.coordinator_unit),
        ("units.council_unit", units.council_unit),
        ("units.work_unit", units.work_unit),
        *((f"layer {layer.id}: stands_in_for", layer.stands_in_for) for layer in profile.layers),
        *(
            (f"council {council.id}", layer)
            for council in profile.councils
            for own in council.owns
            for layer in (own.layer, own.unit_layer)
            if layer
        ),
    ]
    mentioned += [(f"indicator {one.id}", one.layer) for one in profile.indicators]
    mentioned += [("activity_counts", one.layer) for one in profile.activity_counts]
    mentioned += [
        (f"{table} {number}", one.layer)
        for table in ("milestone_names", "milestones", "milestone_tables")
        for number, one in enumerate(getattr(profile, table), start=1)
    ]
    if profile.council_table:
        mentioned.append(("council_table", profile.council_table.layer))
    for where, name in mentioned:
        if name and name not in layers:
            yield f"{where}: there is no layer {name!r}"
    for name in _twice([council.id for council in profile.councils]):
        yield f"council id {name!r} is used twice"


def _versions(profile: Profile) -> Iterator[str]:
    for name in dict.fromkeys(layer.id for layer in profile.layers):
        several = [layer for layer in profile.layers if layer.id == name]
        if len(several) == 1:
            continue
        if not all(layer.valid_from or layer.valid_to for layer in several):
            yield f"layer id {name!r} is used twice; versions of one layer need valid_from or valid_to"
            continue
        for version in _twice([layer.version for layer in several]):
            yield f"layer {name!r}: version {version!r} is used twice"
        if any(layer.draft for layer in several):
            yield f"layer {name!r}: a draft needs an id of its own"
        ordered = sorted(several, key=lambda layer: str(layer.valid_from or ""))
        for earlier, later in pairwise(ordered):
            if not earlier.valid_to or not later.valid_from or earlier.valid_to >= later.valid_from:
                yield (
                    f"layer {name!r}: versions {earlier.version!r} and {later.version!r} are "
                    "valid on the same day"
                )


def _built_layers(profile: Profile) -> Iterator[str]:
    layers = [layer.id for layer in profile.layers]
    for layer in profile.layers:
        base = base_of(layer)
        if not base:
            continue
        if base not in layers:
            yield f"layer {layer.id}: there is no layer {base!r}"
        elif _goes_round(layer, profile):
            yield f"layer {layer.id}: is built from itself"
        elif (layer.union or layer.base_layer) and not _has_borders(layer, profile):
            yield f"layer {layer.id}: the layer {base!r} that it joins has no borders"


def _choices(profile: Profile) -> Iterator[str]:
    if profile.analysis.age_group not in profile.population.groups:
        yield f"analysis.age_group {profile.analysis.age_group!r} is not in population.age_groups"
    if profile.analysis.walking_profile not in [w.id for w in profile.walking_profiles]:
        yield f"there is no walking profile {profile.analysis.walking_profile!r}"


def _weights(profile: Profile) -> Iterator[str]:
    groups = profile.population.groups
    for group in profile.buildings.weights if profile.buildings else ():
        if group not in groups:
            yield f"buildings.weights: there is no age group {group!r}; there are {', '.join(groups)}"
    for one in profile.indicators:
        for group in (one.age_group, one.of) if one.age_group else ():
            if group not in groups:
                yield (
                    f"indicator {one.id}: there is no age group {group!r}; "
                    f"there are {', '.join(groups)}"
                )
    for name in _twice([one.id for one in profile.indicators]):
        yield f"indicator id {name!r} is used twice"
    for name in _twice([one.id for one in profile.rule_sets]):
        yield f"rule set id {name!r} is used twice"
    for group in profile.analysis.gap_weights:
        if group not in groups:
            yield (
                f"analysis.gap_weights: there is no age group {group!r}; "
                f"there are {', '.join(groups)}"
            )


def _facts(profile: Profile) -> Iterator[str]:
    documents = [document.id for document in profile.documents]
    for name in _twice(documents):
        yield f"document id {name!r} is used twice"
    for number, milestone in enumerate(profile.milestones, start=1):
        if milestone.doc and milestone.doc not in documents:
            yield f"milestone {number} ({milestone.kind}): there is no document {milestone.doc!r}"
    for number, fact in enumerate(profile.facts, start=1):
        if fact.doc and fact.doc not in documents:
            yield f"fact {number} ({fact.key}): there is no document {fact.doc!r}"
        if not fact.doc and (fact.basis != "computed" or not fact.note):
            yield (
                f'fact {number} ({fact.key}): without doc it must be basis = "computed" '
                "with a note that says how"
            )


def _goes_round(layer: Layer, profile: Profile) -> bool:
    built = lineage(layer, profile)
    return base_of(built[-1]) in [other.id for other in built]


def _has_borders(layer: Layer, profile: Profile) -> bool:
    """Say whether the layer is made of a file, or of meshes, in the end."""
    last = lineage(layer, profile)[-1]
    origin = bool(last.source) or last.method == "mesh"
    return layer.available and last.available and origin and not base_of(last)


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _meetings(profile: Profile) -> Iterator[str]:
    for what in ("meeting_kinds", "agenda_templates", "unit_surveys"):
        for name in _twice([one.id for one in getattr(profile, what)]):
            yield f"{what}: id {name!r} is used twice"
    layers = [layer.id for layer in profile.layers]
    for survey in profile.unit_surveys:
        if survey.layer not in layers:
            yield f"unit_surveys {survey.id}: there is no layer {survey.layer!r}"
        for name in _twice([one.id for one in survey.questions]):
            yield f"unit_surveys {survey.id}: question id {name!r} is used twice"
