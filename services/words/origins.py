"""Origins: where the assumptions among plain data come from, said in both languages."""

from collections.abc import Mapping
from typing import Any

from services.words.texts import origin_text


def with_origins(facts: Any) -> Any:  # noqa: ANN401  any plain data
    """
    Return plain data with every origin in words: Japanese, and English beside it under ``…_en``.

    Origins are what stands under ``origin``, ``…_origin``, and in the table ``origins``.
    """
    if isinstance(facts, list):
        return [with_origins(fact) for fact in facts]
    if not isinstance(facts, Mapping):
        return facts
    said: dict[str, Any] = {}
    for name, fact in facts.items():
        said[name] = with_origins(fact)
        if name == "origins":
            for key, lang in ((name, "ja"), (f"{name}_en", "en")):
                said[key] = {field: origin_text(origin, lang) for field, origin in fact.items()}
        elif name == "origin" or name.endswith("_origin"):
            said[name] = origin_text(fact, "ja")
            said[f"{name}_en"] = origin_text(fact, "en")
    return said
