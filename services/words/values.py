"""What is wrong with a value that somebody typed, in sentences of ours: those of pydantic are English alone."""

import re
from collections.abc import Mapping
from typing import Any

from geo.errors import Sentence

SHOWN_MOST = 60
"""So much of what was typed is said again."""


def wrong_value(item: Mapping[str, Any], key: str) -> Sentence:
    """
    Say what is wrong with one value.

    Parameters
    ----------
    item
        One of ``ValidationError.errors()``.
    key
        What the value is called where it is typed; empty where it is the whole.
    """
    given = repr(item["input"])
    given = given if len(given) <= SHOWN_MOST else f"{given[:SHOWN_MOST]} ..."
    if not key:
        return Sentence("{given} is no JSON object; send keys and values", given=given)
    limits = item.get("ctx", {})
    known = re.findall("'([^']+)'", str(limits.get("expected")))
    least, most = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    number = Sentence("{key}: {given} is no number", key=key, given=given)
    whole = Sentence("{key}: {given} is no whole number", key=key, given=given)
    logical = Sentence("{key}: {given} is neither true nor false", key=key, given=given)
    table = Sentence("{key}: {given} is no JSON object", key=key, given=given)
    said = {
        "missing": Sentence("{key}: is missing; give it", key=key),
        "extra_forbidden": Sentence("there is no {key} to give; take it out", key=key),
        "literal_error": Sentence(
            "{key}: {given} is none of {known}; write one of them",
            key=key,
            given=given,
            known=known,
        ),
        "greater_than_equal": Sentence(
            "{key}: {given} is too small; it must be {least:g} at least",
            key=key,
            given=given,
            least=least,
        ),
        "greater_than": Sentence(
            "{key}: {given} is too small; it must be more than {least:g}",
            key=key,
            given=given,
            least=least,
        ),
        "less_than_equal": Sentence(
            "{key}: {given} is too large; it may be {most:g} at most",
            key=key,
            given=given,
            most=most,
        ),
        "less_than": Sentence(
            "{key}: {given} is too large; it must be less than {most:g}",
            key=key,
            given=given,
            most=most,
        ),
        "too_short": Sentence("{key}: name at least one", key=key),
        "too_long": Sentence("{key}: name {most} at most", key=key, most=limits.get("max_length")),
        **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), whole),
        **dict.fromkeys(("float_parsing", "float_type", "finite_number"), number),
        **dict.fromkeys(("bool_parsing", "bool_type"), logical),
        **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), table),
        "string_type": Sentence("{key}: {given} is no text", key=key, given=given),
        "list_type": Sentence("{key}: {given} is no list", key=key, given=given),
    }
    return said.get(item["type"]) or Sentence("{key}: {given} cannot be used", key=key, given=given)
