"""Rule sets as they are read: how many places meet each, which fail and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InvalidInputError
from services.publication.disclosure import disclose
from services.publication.export import write_table
from services.publication.tables import provenance
from services.situation.qualification import OTHER, VERDICTS
from services.words.shares import Share, share
from services.words.texts import listed, text
from services.workspace.folder import Snapshot
from services.workspace.plain import plain_rows


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule set: counted places by verdict, and who can walk to one that meets it."""

    label: str
    counts: Mapping[str, int]
    share: str
    remarks: tuple[str, ...]
    """What has to be checked by hand, whence the rules are, and that no place is of their kinds."""


def rule_lines(snapshot: Snapshot, lang: str) -> tuple[RuleLine, ...]:
    """Return the rule sets that a run knew; nothing of a run before there were any."""
    return tuple(_line(one, lang) for one in snapshot.run["summary"].get("rule_sets", ()))


def _line(one: Mapping[str, Any], lang: str) -> RuleLine:
    said = [text("rule.condition.unknown", lang, asked=words) for words in one["conditions"]]
    if one["kinds_there"] or not any(one[f"{name}_n"] for name in VERDICTS if name != OTHER):
        said.insert(0, _none_yet(one, lang))
    # Where no place has been judged, nobody can say how many have one that meets the rules.
    judged = one["yes_n"] or one["no_n"] or not one["unknown_n"]
    told = share(Share(one["coverage_pct"]), lang) if judged else text("rules.unknown", lang)
    if one["unknown_n"]:
        upto = share(Share(one["coverage_with_unknown_pct"]), lang)
        told += text("rules.upto", lang, share=upto)
    return RuleLine(
        label=str(one["label" if lang == "ja" else "label_en"]),
        counts={name: one[f"{name}_n"] for name in VERDICTS},
        share=told,
        remarks=tuple(filter(None, [*said, one["origin"]])),
    )


def _none_yet(one: Mapping[str, Any], lang: str) -> str:
    kinds = listed(one["kinds_there"], lang) if one["kinds_there"] else ""
    return text("rules.none_yet", lang, kinds=kinds or text("rules.none_at_all", lang))


def rules_table(snapshot: Snapshot, rule_set: str | None = None) -> pd.DataFrame:
    """
    Return verdicts of all places, those of one rule set if it is named.

    Raises
    ------
    InvalidInputError
        There is no such rule set.
    """
    table = disclose(snapshot).rules
    if rule_set is None:
        return table
    known = list(dict.fromkeys(table["rule_set"]))
    if rule_set not in known:
        raise InvalidInputError(
            "there is no rule set {rule_set!r}; there are {known}",
            rule_set=rule_set,
            known=", ".join(known),
        )
    return table[table["rule_set"] == rule_set].reset_index(drop=True)


def rules_answer(snapshot: Snapshot, rule_set: str | None = None) -> dict[str, Any]:
    """Return figures and verdicts as plain data."""
    sets = snapshot.run["summary"].get("rule_sets", [])
    return {
        "rule_sets": [one for one in sets if rule_set in (None, one["id"])],
        "places": plain_rows(rules_table(snapshot, rule_set)),
    }


def rule_texts(snapshot: Snapshot, rule_set: str | None, lang: str) -> list[str]:
    """Return the verdicts for a terminal, places under each rule set; those not concerned are counted only."""
    table, lines = rules_table(snapshot, rule_set), []
    end = "" if lang == "ja" else "_en"
    for _, rows in table.groupby("rule_set", sort=False):
        counted = rows[rows["counts"].astype(bool)]
        counts = {name: int((counted["verdict"] == name).sum()) for name in VERDICTS}
        lines.append(text("rules.line", lang, label=rows[f"label{end}"].iloc[0], **counts))
        for row in rows[rows["verdict"] != OTHER].to_dict("records"):
            why = [row[f"fails{end}"], row[f"not_known{end}"]]
            verdict = text(f"rules.{row['verdict']}", lang)
            said = text("rule.joint", lang).join(one for one in why if one)
            lines.append(text("rules.place", lang, name=row["name"], verdict=verdict, why=said))
    return lines or [text("rules.nothing", lang)]


def write_rules(snapshot: Snapshot, rule_set: str | None, out: Path) -> list[Path]:
    """Write the verdicts as CSV, and beside it what they are made of."""
    return write_table(rules_table(snapshot, rule_set), out, provenance(snapshot))
