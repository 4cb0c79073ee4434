"""A stored plan verified against its workspace: that what was asked is what the data say."""

import numpy as np

from geo.errors import InvalidInputError, Sentence
from geo.siting.condensed import condensed
from services.plans.arrays import arrays_of_question, arrays_of_streets
from services.plans.solve import Reception, streets_on
from services.plans.store import PlanResult, plan_is_stale
from services.plans.verify import StoredQuestion, Verification, reckoned, require_a_proof

CHANGED = {
    "data": Sentence("the data"),
    "registry": Sentence("the registry of places and venues"),
    "edits": Sentence("the street edits"),
    "parameters": Sentence("the parameters"),
}


def audit(plan: PlanResult, reception: Reception | None = None) -> Verification:
    """
    Verify a stored plan, and its question and its streets by setting them up anew from the workspace.

    Parameters
    ----------
    plan
        As it is stored.
    reception
        Keeps what questions share, where one is at hand.

    Raises
    ------
    InvalidInputError
        It was changed after it was made, cannot be verified any more because what it was made of has
        changed, or does not hold: one sentence says which.
    """
    require_a_proof(plan)
    if changed := plan_is_stale(plan.workspace, plan):
        raise InvalidInputError(
            "plan {plan_id} cannot be verified any more, for {what} changed after it was made; "
            "make it again",
            plan_id=plan.plan_id,
            what=CHANGED[changed[0]["code"]],
        )
    setting = (reception or Reception()).setting(plan.workspace, plan.ask)
    problem = setting.problem
    at = {key: number for number, key in enumerate(problem.options.key.tolist())}
    ids = plan.chosen_ids
    if not set(ids) <= set(at):
        raise plan.refused(Sentence("its choices"))
    streets = streets_on(setting, np.array([at[one] for one in ids], dtype=np.int64))
    if plan.question:
        problem = condensed(problem)
        asked = {**arrays_of_question(problem), **arrays_of_streets(streets)}
        if asked.keys() != plan.question.keys() or not all(
            np.array_equal(array, plan.question[name], equal_nan=array.dtype.kind == "f")
            for name, array in asked.items()
        ):
            raise plan.refused(Sentence("its question"))
    return reckoned(plan, StoredQuestion(problem, streets))
