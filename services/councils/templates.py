"""Kinds of meeting, templates of agendas and surveys of units: a town's own, else the usual ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.errors import NotFoundError
from services.profile import Profile
from services.profile.meetings import AgendaTemplate, Attachment, UnitSurvey
from services.words.texts import Lang, origin_text, text

_USUAL_KINDS = ("council_1", "council_2", "care", "study", "workshop", "liaison", "other")
USUAL_TEMPLATE = "first"
_USUAL_ATTACHMENTS: tuple[Attachment, ...] = ("area_sheet", "places", "map", "workshop")


@dataclass(frozen=True, slots=True)
class Template:
    """What an agenda begins with, in one language; ``origin`` says where it comes from."""

    id: str
    label: str
    items: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    origin: str


def meeting_kinds(profile: Profile, lang: str) -> dict[str, str]:
    """Return id → name of the kinds of meeting."""
    if profile.meeting_kinds:
        return {kind.id: kind.called(lang) for kind in profile.meeting_kinds}
    return {name: text(f"meeting.kind.{name}", lang) for name in _USUAL_KINDS}


def templates(profile: Profile, lang: Lang) -> dict[str, Template]:
    """Return the templates of agendas by id: the town's, and the usual first meeting last."""
    return {
        **{one.id: _of_town(one, lang) for one in profile.agenda_templates},
        **({} if _has_usual(profile) else {USUAL_TEMPLATE: _usual(lang)}),
    }


def find_template(profile: Profile, template_id: str, lang: Lang) -> Template:
    """Return a template by its id."""
    known = templates(profile, lang)
    if template_id not in known:
        raise _unknown("agenda_templates", template_id, known)
    return known[template_id]


def find_survey(profile: Profile, survey_id: str) -> UnitSurvey:
    """Return a survey of units by its id."""
    known = {survey.id: survey for survey in profile.unit_surveys}
    if survey_id not in known:
        raise _unknown("unit_surveys", survey_id, known)
    return known[survey_id]


def _unknown(what: str, value: str, known: Mapping[str, object]) -> NotFoundError:
    names = ", ".join(known) or "-"
    return NotFoundError(
        "there is no {value!r} in {what} of the profile; there are: {names}",
        value=value,
        what=what,
        names=names,
    )


def _has_usual(profile: Profile) -> bool:
    return any(one.id == USUAL_TEMPLATE for one in profile.agenda_templates)


def _of_town(one: AgendaTemplate, lang: Lang) -> Template:
    items = one.items_en if lang == "en" and one.items_en else one.items
    origin = origin_text(one.origin, lang) if one.origin else ""
    return Template(one.id, one.called(lang), tuple(items), tuple(one.attachments), origin)


def _usual(lang: Lang) -> Template:
    items = tuple(text(f"meeting.agenda.usual.item.{number}", lang) for number in range(1, 6))
    label, origin = text("meeting.agenda.usual", lang), text("meeting.agenda.usual.origin", lang)
    return Template(USUAL_TEMPLATE, label, items, _USUAL_ATTACHMENTS, origin)
