"""What is known of councils, in sentences: what each owns, with whom it shares, who works for it."""

from services.words.texts import text
from services.workspace.councils import CouncilRow, listed_councils
from services.workspace.folder import Workspace

COUNCIL_LAYER = ""
"""Stands for the layer where a report is of a council and not of an area."""


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
    said = [_of_area(found, lang)] if found else []
    shown = layer == workspace.profile.analysis.council_layer
    return (*said, *(unit_lines(workspace, lang) if shown else ()))


def owned_text(workspace: Workspace, council: CouncilRow, lang: str) -> str:
    """Return the names of the areas of a council, a part marked; that nobody knows where none is named."""
    areas = workspace.areas()
    names = dict(
        zip(zip(areas["layer"], areas["area_id"], strict=True), areas["area_name"], strict=True)
    )
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


def shares_with(workspace: Workspace, council: CouncilRow) -> list[CouncilRow]:
    """Return the other councils that own one of its areas or a part of it."""
    mine = _areas(council)
    others = (one for one in listed_councils(workspace) if one.council_id != council.council_id)
    return [one for one in others if mine & _areas(one)]


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


def _areas(council: CouncilRow) -> set[tuple[str, str]]:
    return {(own.layer, key) for own in council.owns for key in own.area_ids}


def _shared(workspace: Workspace, council: CouncilRow, lang: str) -> list[str]:
    others = shares_with(workspace, council)
    return [_of_area([council, *others], lang)] if others else []


def _of_area(councils: list[CouncilRow], lang: str) -> str:
    names = text("text.list", lang).join(number_text(one, lang) for one in councils)
    count = sum(one.number for one in councils)
    return text(
        "council.shared" if count > 1 else "council.alone",
        lang,
        n=_count(count, lang),
        names=names,
    )


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
