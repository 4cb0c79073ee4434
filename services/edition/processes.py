"""What a server can be asked to do at length: make a plan, compute a result anew, read the sources anew."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import Field, ValidationError

from geo.errors import InvalidInputError
from services.plans.ask import PlanAsk, ask_of
from services.plans.folder import RECORD
from services.plans.solve import Question, Reception, Watch, plan_of
from services.plans.store import FOLDER
from services.plans.watch import SoFar
from services.profile.base import Table
from services.results.run import run, serve
from services.situation.parameters import Parameters
from services.words.dates import today
from services.words.values import wrong_value
from services.workspace.folder import RUN, Workspace
from services.workspace.progress import Progress, StoppedError

SHA_DIGITS = 12


class RunAsk(Table):
    """What a run is asked: a walking limit, a walker; without them, those of the profile."""

    walk_limit_m: Annotated[float, Field(gt=0, le=5000)] | None = None
    walk_limit_min: Annotated[float, Field(gt=0, le=120)] | None = None
    walking_profile: str | None = None


class IntakeAsk(Table):
    """What an intake is asked: the day that versions of areas are chosen for; without it, today."""

    as_of: date | None = None


Asked = TypeVar("Asked", bound=Table)


def _ask_of(model: type[Asked], given: Mapping[str, Any]) -> Asked:
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        said = [wrong_value(one, ".".join(map(str, one["loc"]))) for one in error.errors()]
        raise InvalidInputError("values that cannot be used: {said}", said=said) from error


@dataclass(frozen=True)
class Doing:
    """Who is told of a job while it is done."""

    tell: Callable[[str, float], None]
    found: Callable[[Mapping[str, Any]], None]
    claim: Callable[[str], None]
    stopped: Callable[[], bool]


class Process(Protocol):
    """One kind of work; ``check`` prepares what ``work`` is given, or says why it cannot be done."""

    def check(self, workspace: Workspace, inputs: Mapping[str, Any]) -> object:
        """Refuse what cannot be done; what it returns is kept in memory while the job waits."""

    def work(self, workspace: Workspace, checked: Any, doing: Doing) -> str:  # noqa: ANN401
        """Do it and return the name of what is stored."""

    def stored(self, workspace: Workspace, name: str) -> bool:
        """Say whether work that was cut off had stored what it had claimed a name for; tidy up if not."""


class PlanMaking:
    """Plans: which places to open next."""

    def __init__(self, reception: Reception) -> None:
        self.reception = reception

    def check(self, workspace: Workspace, inputs: Mapping[str, Any]) -> Question:
        """Return the question once it is sure that it can be solved."""
        return self.reception.answerable(workspace, ask_of(inputs))

    def work(self, workspace: Workspace, checked: Question, doing: Doing) -> str:
        """Make the plan."""

        def found(best: SoFar) -> None:
            doing.found(asdict(best))

        setting = self.reception.asked(workspace, checked)
        return plan_of(setting, Watch(doing.tell, found, doing.stopped, doing.claim)).plan_id

    def stored(self, workspace: Workspace, name: str) -> bool:
        """Say whether the plan is there."""
        return _stands(workspace.own / FOLDER, name, RECORD)


class RunMaking:
    """Runs: a result computed anew; it is served when it is whole."""

    def check(self, workspace: Workspace, inputs: Mapping[str, Any]) -> RunAsk:
        """Refuse a walker or a limit that the profile does not know."""
        ask = _ask_of(RunAsk, inputs)
        Parameters.of(
            workspace.at(today()).profile,
            walk_limit_m=ask.walk_limit_m,
            walk_limit_min=ask.walk_limit_min,
            walking_profile=ask.walking_profile,
        )
        return ask

    def work(self, workspace: Workspace, checked: RunAsk, doing: Doing) -> str:
        """Compute the result."""
        return run(
            workspace,
            walk_limit_m=checked.walk_limit_m,
            walk_limit_min=checked.walk_limit_min,
            walking_profile=checked.walking_profile,
            progress=_watched(doing),
            claim=doing.claim,
        ).name

    def stored(self, workspace: Workspace, name: str) -> bool:
        """Say whether the result is there, and let it be served if nobody had come to that."""
        results = workspace.path / "results"
        there = _stands(results, name, RUN)
        if there:
            serve(results, name)
        return there


class IntakeMaking:
    """
    Intakes: the workspace built anew from the files that it was built from, which are read as they are now.

    The result of before is served until a run has made one of what was read.
    """

    def check(self, workspace: Workspace, inputs: Mapping[str, Any]) -> IntakeAsk:
        """Refuse what cannot be built here."""
        from services.intake.again import require_sources  # noqa: PLC0415  a server does not wait for it

        ask = _ask_of(IntakeAsk, inputs)
        require_sources(workspace)
        return ask

    def work(self, workspace: Workspace, checked: IntakeAsk, doing: Doing) -> str:
        """Build; the name of what came out is the hash of it."""
        from services.intake.again import build_again  # noqa: PLC0415

        made = build_again(workspace, as_of=checked.as_of, progress=_watched(doing))
        return made.sha256[:SHA_DIGITS]

    def stored(self, workspace: Workspace, name: str) -> bool:
        """Say whether it stands: what was cut off has claimed no name, and is built once more."""
        return workspace.sha256.startswith(name)


PLAN, RUN_ANEW, INTAKE = "plan", "run", "intake"
INPUTS: dict[str, type[Table]] = {PLAN: PlanAsk, RUN_ANEW: RunAsk, INTAKE: IntakeAsk}
"""What each is asked."""


def processes(reception: Reception) -> dict[str, Process]:
    """Return all kinds of work."""
    return {PLAN: PlanMaking(reception), RUN_ANEW: RunMaking(), INTAKE: IntakeMaking()}


def checked_inputs(process: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as they are kept; refuse what is wrong by itself, whatever the workspace holds."""
    ask = ask_of(given) if process == PLAN else _ask_of(INPUTS[process], given)
    return ask.model_dump(mode="json", exclude_unset=True)


def _watched(doing: Doing) -> Progress:
    """Return a progress report that ends the work where somebody asked for it."""

    def tell(step: str, share: float) -> None:
        if doing.stopped() and share < 1.0:
            raise StoppedError
        doing.tell(step, share)

    return tell


def _stands(folder: Path, name: str, record: str) -> bool:
    if (folder / name / record).is_file():
        return True
    # Its number was this job's alone: nobody else writes there.
    shutil.rmtree(folder / f".{name}.new", ignore_errors=True)
    return False
