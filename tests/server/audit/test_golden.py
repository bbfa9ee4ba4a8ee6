"""What earlier versions put on record is read and verified for ever. A new form gets a folder of its own."""

from pathlib import Path

import pytest
from tests.server.store.examples import SECRET

from telnyx_remote_mcp.audit.reader import records, verify
from telnyx_remote_mcp.store.secret import Secret

FORMS = sorted((Path(__file__).parents[2] / "fixtures" / "audit").iterdir())


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_log_of_an_earlier_version_is_read_and_found_whole(form: Path) -> None:
    assert verify(form, Secret(SECRET).derive_all("audit")) == []
    assert [record["event"] for record in records(form)] == ["start", "end", "refused"]
