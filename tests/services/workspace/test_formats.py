import json

import pytest

from geo.errors import BrokenWorkspaceError
from tests.snapshots import tiny_workspace


def test_a_result_of_another_format_is_refused_with_the_way_out(tmp_path) -> None:
    workspace = tiny_workspace(tmp_path)
    record = workspace.path / "results" / workspace.snapshot().name / "run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    del told["format"]
    record.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(BrokenWorkspaceError, match="another version; run: arukeba run"):
        workspace.snapshot()
