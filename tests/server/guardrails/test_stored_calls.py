"""What earlier versions remembered of calls is read: an upgrade in the midst of them makes none twice."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from telnyx_remote_mcp.guardrails.duplicates import KIND
from telnyx_remote_mcp.guardrails.repeats import Attempt
from telnyx_remote_mcp.store.record import Record

FORMS = sorted((Path(__file__).parents[2] / "fixtures" / "calls").iterdir())


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_every_form_of_a_remembered_call_is_read(form: Path) -> None:
    record = Record(KIND, TypeAdapter(Attempt))
    for state, stored in json.loads(form.read_text()).items():
        read = record.load(json.dumps(stored).encode())
        assert read is not None, state
        assert (read.state, read.request_id) == (stored["state"], stored["request_id"])
        assert read.begun is stored.get("begun", True), "where it is not said, something may have been sent"
        if read.state == "done":
            assert read.as_duplicate().wire()["duplicate_of"] == read.request_id
