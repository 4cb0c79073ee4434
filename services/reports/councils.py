"""What is known of councils, in sentences: what each owns, with whom it shares, who works for it."""

from collections.abc import Iterable
from itertools import combinations

from services.words.texts import text
from services.workspace.councils import CouncilRow, areas_of, listed_councils
from services.workspace.folder import Workspace

COUNCIL_LAYER = ""
"""Stands for the layer where a report is of a council and not of an area."""

COMMON_M2 = 1.0
"""Ground that two councils have in common is more than borders that touch."""
FEW = 9


def council_lines(workspace: Workspace, council: CouncilRow, lang: str) -> tuple[str, ...]:
    """Say what is known of a council, and why nothing can be counted where its borders are unknown."""
    said = [text("council.owns", lang, areas=owned_text(workspace, council, lang))]
    if len(_areas(council)) > 1 and council.known:
        said.append(text("council.joint", lang, n=_count(len(_areas(council)), lang)))
    said += _shared(workspace, council, lang)
    said += _about(council, lang)
    return (*said, *unit_lines(workspace, lang))


def area_council_lines(
    workspace: Workspace, layer: str, area_id: str, lang: str
) -> tuple[str, ...]:
    """Say which councils an area has, of those that are listed; nothing where none is or it has none."""
    found = [one for one in listed_councils(workspace) if (layer, area_id) in _areas(one)]
    said = [_of_area(workspace, found, text("council.here", lang), lang)] if found else []
    shown = layer == workspace.profile.analysis.council_layer
    return (*said, *(unit_lines(workspace, lang) if shown else ()))


def owned_text(workspace: Workspace, council: CouncilRow, lang: str) -> str:
    """Return the names of the areas of a council, a part marked; that nobody knows where none is named."""
    names = _names(workspace)
    joint = text("text.list", lang)
    told = []
    for own in council.owns:
        listed = joint.join(str(names.get((own.layer, key), key)) for key in own.area_ids)
        told += [text("council.part", lang, areas=listed) if own.part else listed] if listed else []
    return joint.join(told) or text("council.owns.unknown", lang)


def number_text(council: CouncilRow, lang: str) -> str:
    """Return the name of a council, with how many it stands for."""
    if council.number == 1:
        return council.name
    return text("council.number", lang, name=council.name, n=_count(council.number, lang))


def sharing(workspace: Workspace, councils: Iterable[CouncilRow]) -> set[str]:
    """Return the ids of those that count residents of another one of them, as far as borders tell."""
    grounds = {
        one.council_id: areas_of(workspace, one).geometry.union_all()
        for one in councils
        if one.known
    }
    return {
        key
        for pair in combinations(grounds, 2)
        if grounds[pair[0]].intersection(grounds[pair[1]]).area > COMMON_M2
        for key in pair
    }


def unit_lines(workspace: Workspace, lang: str) -> tuple[str, ...]:
    """Say for whom coordinators work, councils are made and daily work is done, where these differ."""
    declared = workspace.declared
    roles = ("coordinator", "council", "work")
    units = {role: getattr(declared.units, f"{role}_unit") for role in roles}
    if len({layer for layer in units.values() if layer}) <= 1:
        return ()
    said = []
    for role, key in units.items():
        if key:
            layer = declared.layer(key)
            named = layer.label if lang == "ja" else layer.label_en
            counted = text("council.count", lang, layer=named, n=layer.count)
            said.append(
                text(f"city.unit.{role}", lang)
                + text("text.colon", lang)
                + (counted if layer.count else named)
            )
    return (text("council.joint_list", lang).join(said),)


def _names(workspace: Workspace) -> dict[tuple[str, str], str]:
    areas = workspace.areas()
    keys = zip(areas["layer"].astype(str), areas["area_id"].astype(str), strict=True)
    return dict(zip(keys, areas["area_name"].astype(str), strict=True))


def _areas(council: CouncilRow) -> set[tuple[str, str]]:
    return set().union(*(own.areas for own in council.owns))


def _shared(workspace: Workspace, council: CouncilRow, lang: str) -> list[str]:
    """Say of each of its areas which other councils work there, areas of the same councils together."""
    names, listed = _names(workspace), listed_councils(workspace)
    together: dict[tuple[str, ...], list[str]] = {}
    for area in sorted(_areas(council)):
        there = tuple(one.council_id for one in listed if area in _areas(one))
        if len(there) > 1:
            together.setdefault(there, []).append(names.get(area, area[1]))
    by_id = {one.council_id: one for one in listed}
    return [
        _of_area(
            workspace, [by_id[key] for key in there], text("text.list", lang).join(where), lang
        )
        for there, where in together.items()
    ]


def _of_area(workspace: Workspace, councils: list[CouncilRow], where: str, lang: str) -> str:
    names = text("text.list", lang).join(number_text(one, lang) for one in councils)
    count = sum(one.number for one in councils)
    if count == 1:
        return text("council.alone", lang, names=names)
    said = text("council.shared", lang, where=where, n=_count(count, lang), names=names)
    return said + (text("council.overlap", lang) if sharing(workspace, councils) else "")


def _count(number: int, lang: str) -> str:
    """Return a number of councils or areas; Japanese counts to nine with a word behind it."""
    return text("council.n.few" if number <= FEW else "council.n.many", lang, n=number)


def _about(council: CouncilRow, lang: str) -> list[str]:
    joint = text("text.list", lang)
    said = []
    if council.body:
        said.append(text("council.body", lang, body=council.body))
    if council.coordinators:
        said.append(text("council.coordinators", lang, names=joint.join(council.coordinators)))
    if council.number > 1:
        said.append(text("council.stands_for", lang, n=_count(council.number, lang)))
    return [*said, council.note] if council.note else said
