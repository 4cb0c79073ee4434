"""Rule sets: for each programme's rules and each place whether it meets them, and who has one in walk."""

from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.reached import share_pct
from geo.schedule.typed import parse_schedule
from services.profile import Profile, RuleSet
from services.situation.qualification import OTHER, VERDICTS, YES, has_rules, judge
from services.situation.view import Situation
from services.words.texts import text

QUALIFICATION = "qualification"
"""Id of the one rule set of a profile that names none, but says what it asks of every place."""
COLUMNS = (
    *("rule_set", "label", "label_en", "place_id", "name", "kind", "programme_id", "frequency"),
    *("counts", "verdict", "fails", "not_known", "origin"),
)


def rule_sets_of(profile: Profile) -> list[RuleSet]:
    """Return the rule sets of a profile, else its qualification as the only one, if it asks anything."""
    asked = profile.qualification
    if profile.rule_sets or not (has_rules(asked) or asked.conditions):
        return list(profile.rule_sets)
    said = {lang: text("rules.qualification", lang) for lang in ("ja", "en")}
    rules = asked.model_dump(exclude={"counts_only_qualifying"})
    return [RuleSet(id=QUALIFICATION, label=said["ja"], label_en=said["en"], **rules)]


def rules_frame(places: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """
    Return a row for each rule set and each place (``COLUMNS``).

    ``verdict``: ``yes``, ``no``, ``unknown`` or ``other``, of a place that the set is not about.
    ``fails`` and ``not_known`` list findings (rule, asked, found). A place that fails stays a place.
    """
    schedules = [parse_schedule(str(typed)) for typed in places["schedule_text"]]
    known = [name for name in COLUMNS if name in places.columns]
    rows = []
    for rules in rule_sets_of(profile):
        said = {
            "rule_set": rules.id,
            "label": rules.label,
            "label_en": rules.label_en or rules.label,
            "origin": rules.origin,
        }
        for place, schedule in zip(places.to_dict("records"), schedules, strict=True):
            verdict, fails, unknown = judge(place, schedule, rules)
            found = {"verdict": verdict, "fails": fails, "not_known": unknown}
            rows.append({**{name: place[name] for name in known}, **said, **found})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def rule_set_figures(situation: Situation) -> list[dict[str, Any]]:
    """
    Return for each rule set how many counted places bear each verdict, and who has one in walk.

    ``reached`` are residents with a place of verdict yes within the main limit on foot, whatever its
    class; ``reached_with_unknown`` those who might have one for all that is known. The headline of the run is not changed.
    """
    sets = rule_sets_of(situation.profile)
    if not sets:
        return []
    walk = situation.within_limit
    ways = walk.matrix(walk.limit)
    weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
    table = rules_frame(pd.DataFrame(situation.counted), situation.profile)
    figures = []
    for rules in sets:
        verdicts = table.loc[table["rule_set"] == rules.id, "verdict"].to_numpy(dtype=object)
        sums = {}
        for name, accepted in (
            ("reached", verdicts == YES),
            ("reached_with_unknown", np.isin(verdicts, ("yes", "unknown"))),
        ):
            homes = np.asarray(ways.T @ accepted.astype(float)) > 0
            sums[name] = float((weight * homes).sum())
        shares = share_pct(pd.Series([*sums.values()]), pd.Series([float(weight.sum())] * 2))
        low, high = (float(one) if np.isfinite(one) else None for one in shares)
        figures.append(
            {
                **rules.model_dump(include={"id", "label", "origin", "accepts", "conditions"}),
                "label_en": rules.label_en or rules.label,
                **{f"{name}_n": int((verdicts == name).sum()) for name in VERDICTS},
                "residents": float(weight.sum()),
                **sums,
                "coverage_pct": low,
                "coverage_with_unknown_pct": high,
                # A kind that no place has may be a typing error: say which there are.
                "kinds_there": sorted({str(kind) for kind in situation.counted["kind"]} - {""})
                if len(verdicts) == 0 or (verdicts == OTHER).all()
                else [],
            }
        )
    return figures
