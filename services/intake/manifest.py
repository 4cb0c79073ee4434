"""The manifest of a workspace: what was built, of what, and what is missing."""

from datetime import date
from typing import Any

from services.intake.areas.polygons import Assembly
from services.intake.people.residents import Residents
from services.profile import Layer, Profile, has_borders, without_borders
from services.words.texts import text
from services.workspace.folder import FORMAT, software_version
from services.workspace.remainder import named_remainder


def manifest(
    profile: Profile,
    assembly: Assembly,
    *,
    day: date,
    counts: dict[str, int],
    residents: Residents,
) -> dict[str, Any]:
    """Return plain data, ready for JSON."""
    return {
        "format": FORMAT,
        "arukeba": software_version(),
        "as_of": day.isoformat(),
        "municipality": profile.municipality.model_dump(),
        "layers": [
            _computed(layer, assembly) for layer in profile.layers if has_borders(layer, profile)
        ],
        "layers_without_borders": [_declared(layer) for layer in without_borders(profile)],
        "units": profile.units.model_dump(),
        "estimated_age_groups": [
            estimate.model_dump() for estimate in profile.population.estimate_from_rate
        ],
        "documents": [document.model_dump() for document in profile.documents],
        "facts": [fact.model_dump(exclude_defaults=True) for fact in profile.facts],
        "conflicting_facts": list(profile.conflicts()),
        "counts": counts,
        "unmatched_residents": residents.unmatched,
        "unmatched_names": named_remainder(residents.lost, profile.population.groups),
        "stand_in": [spec.stand_in for spec in profile.places if spec.stand_in],
        "stand_in_en": [
            spec.stand_in_en or spec.stand_in for spec in profile.places if spec.stand_in
        ],
    }


def _computed(layer: Layer, assembly: Assembly) -> dict[str, Any]:
    current = assembly.current.get(layer.id)
    is_current = current is not None and current.version == layer.version
    shown = current if is_current and current else layer
    return {
        **_declared(shown),
        "approximate": shown.approximate,
        "current": is_current,
        "n": len(assembly.of_version((layer.id, layer.version))),
    }


def _declared(layer: Layer) -> dict[str, Any]:
    return {
        "id": layer.id,
        "kind": layer.kind,
        "label": text("layer.draft", "ja", label=layer.label) if layer.draft else layer.label,
        "label_en": text("layer.draft", "en", label=layer.label_en)
        if layer.draft
        else layer.label_en,
        "tier": layer.tier,
        "version": layer.version,
        "valid_from": layer.valid_from.isoformat() if layer.valid_from else None,
        "valid_to": layer.valid_to.isoformat() if layer.valid_to else None,
        "draft": layer.draft,
        "same_areas_as": layer.same_areas_as,
        "stands_in_for": layer.stands_in_for,
        "count": layer.count,
        "area_names": layer.area_names,
        "local_words": layer.local_words,
        "note": layer.note,
        "note_en": layer.note_en,
    }
