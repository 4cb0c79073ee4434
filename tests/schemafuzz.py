"""
Requests that schemathesis draws from our own description, and what is wrong with the answers.

``python -m tests.schemafuzz 10000`` sends so many, half of them as anybody and half as an administrator,
to a workspace that is thrown away afterwards.
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy, one_of
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.python.asgi import ASGIClient, get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from services.accounts.people import add_account
from services.accounts.rights import ANYBODY, RIGHTS, Visitor
from services.accounts.sessions import make_token
from services.workspace.folder import Workspace
from tests.village import village_snapshot
from tests.working import working_here

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
BATCH = 500
UNAUTHORIZED = 401
"""Requests that one seed draws."""
AT_ANY_TIME = {405, 413, 429, 503, 507}
"""Refusals that the description has once for all operations (``default``)."""

CUT = "Invalid component: parameter `limit` in query"
"""More than there can be on a page is cut and no error, as OGC API – Features wants it."""


@dataclass
class Told:
    """What was sent, how it was answered, and what is wrong with the answers, each wrong once."""

    operations: int = 0
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    not_known: set[str] = field(default_factory=set)
    """Operations that asked who it is."""
    findings: dict[tuple[str, str], str] = field(default_factory=dict)


def ask(app: FastAPI, token: str, number: int, *, first_seed: int = 0) -> Told:
    """Send so many requests, valid and invalid ones of any operation; without a token as anybody."""
    told = Told()
    schema = schemathesis.openapi.from_asgi("/openapi.json?lang=en", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    told.operations = len(operations)
    cases = [
        operation.as_strategy(generation_mode=mode)
        for operation in operations
        for mode in GenerationMode
        # What takes nothing cannot be asked wrongly.
        if mode is GenerationMode.POSITIVE or [*operation.iter_parameters(), *operation.body]
    ]
    with get_client(app) as client:
        client.headers.update({"authorization": f"Bearer {token}"} if token else {})
        for batch, begun in enumerate(range(0, number, BATCH), start=first_seed):
            _send(one_of(cases), min(BATCH, number - begun), batch, client, told)
    return told


def _send(
    cases: SearchStrategy[Case], most: int, own_seed: int, client: ASGIClient, told: Told
) -> None:
    @seed(own_seed)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def send(case: Case) -> None:
        told.sent += 1
        try:
            answer = case.call(session=client)
        except Exception as fault:  # noqa: BLE001  whatever goes wrong is what is looked for
            told.statuses[500] += 1
            told.findings.setdefault((case.operation.label, type(fault).__name__), _of(fault))
            return
        told.statuses[int(answer.status_code)] += 1
        if answer.status_code == UNAUTHORIZED:
            told.not_known.add(case.operation.label)
        for name, said in _wrong(case, answer):
            told.findings.setdefault((case.operation.label, name), said)

    send()


def _of(fault: Exception) -> str:
    where = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{fault} ({where.filename}:{where.lineno}) {' '.join(fault.__notes__)}"


def _wrong(case: Case, answer: Response) -> Iterator[tuple[str, str]]:
    listed = set(case.operation.definition.raw["responses"])
    status = answer.status_code
    if status >= 400 and str(status) not in listed and status not in AT_ANY_TIME:
        yield f"{status} is not described", answer.text[:300]
    for check in CHECKS:
        try:
            case.validate_response(answer, checks=[check])
        except FailureGroup as found:
            for one in found.exceptions:
                if check is negative_data_rejection and CUT in str(one):
                    continue
                yield type(one).__name__, str(found)[:1500]


def administrator(workspace: Workspace) -> str:
    """Return the token of an administrator who may do everything."""
    add_account(workspace, "office", role="administrator", mail="office@example.lg.jp", by=ANYBODY)
    # Only who has signed in makes a token: here nobody has a password.
    who = Visitor(
        "administrator", frozenset(RIGHTS), "office", councils=None, session="at the keyboard"
    )
    return str(make_token(workspace, who, "fuzz", RIGHTS, days=1)["token"])


def main(number: int, first_seed: int) -> int:
    """Send so many requests, print what was answered and what is wrong; return how much that is."""
    with tempfile.TemporaryDirectory() as scratch, working_here():
        workspace = village_snapshot(Path(scratch), council_layer="district").workspace
        token = administrator(workspace)
        app = create_app(
            workspace, Settings(warm=False, writes_most_per_minute=1_000_000, hosts=("testserver",))
        )
        wrong = 0
        for name, shown in (("anybody", ""), ("administrator", token)):
            began = time.monotonic()
            told = ask(app, shown, -(-number // 2), first_seed=first_seed)
            wrong += len(told.findings)
            took = time.monotonic() - began
            print(f"{name}: {told.sent} requests of {told.operations} operations in {took:.0f} s")
            print(
                "  " + ", ".join(f"{n} × {status}" for status, n in sorted(told.statuses.items()))
            )
            for (where, what), said in told.findings.items():
                print(f"{where}: {what}\n{said}", flush=True)
    print(f"{wrong} findings")
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given_options = parser.parse_args()
    sys.exit(min(main(given_options.number, given_options.seed), 1))
