"""A credential is sent, and seen nowhere else."""

import pytest

from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import InvalidArgument


def test_the_text_form_does_not_show_the_secret() -> None:
    credential = Credential("KEYtest_0123456789")
    assert "KEYtest" not in f"{credential} {credential!r} {[credential]}"
    assert credential.secret == "KEYtest_0123456789"


@pytest.mark.parametrize("secret", ["", "KEY a", "KEY\r\nX-Evil: 1", "KEYé", "KEY\x00", " KEY", "K" * 8_193])
def test_a_secret_that_is_no_header_value_is_refused_without_quoting_it(secret: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Credential(secret)
    assert "KEY" not in f"{caught.value!r} {caught.value.describe()}"
