"""What our own description promises, asked by requests that schemathesis draws from it (tests/schemafuzz.py)."""

import pytest

from api.app import create_app
from api.settings import Settings
from tests.schemafuzz import administrator, ask
from tests.village import village_snapshot

REQUESTS_N = 200


@pytest.mark.long
def test_no_answer_is_a_fault_and_none_is_other_than_the_description_says(tmp_path) -> None:
    workspace = village_snapshot(tmp_path, council_layer="district").workspace
    app = create_app(workspace, Settings(warm=False, writes_most_per_minute=1_000_000))
    anybody = ask(app, "", REQUESTS_N)
    office = ask(app, administrator(workspace), REQUESTS_N, first_seed=1)
    assert (anybody.findings, office.findings) == ({}, {})
    for told in (anybody, office):
        assert told.sent == REQUESTS_N
        # Both what is answered and what is refused was asked for.
        assert min(told.statuses[200], told.statuses[400]) > REQUESTS_N / 10
    assert anybody.not_known
    # A token may do everything but change a session, for it has none.
    assert office.not_known <= {"PUT /session/view"}
