"""No request that spends is sent again once it may have been carried out, whatever its method."""

import pytest
from tests import contexts
from tests.tools.api.upstream import Naps, Step, Upstream, answer, reset

from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.errors import OutcomeUnknown
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import minimal
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio

SPENDING = [each for each in map(OperationAction, Catalog.load().values()) if each.effect is Effect.SPENDS]


@pytest.mark.parametrize("failure", [reset, answer(503)], ids=["lost", "503"])
async def test_every_operation_that_spends_is_sent_once_and_its_outcome_is_unknown(failure: Step) -> None:
    """A number that is brought in by PUT, or a call that carries a `command_id`, costs as much the second time."""
    methods, failures = set(), [failure] * (3 * len(SPENDING))
    async with Upstream(*failures) as upstream, Api(upstream.base_url, clock=Naps().clock) as api:
        telnyx = api.bind(Credential("KEYtest"), "key:test")
        for number, action in enumerate(SPENDING, start=1):
            with pytest.raises(OutcomeUnknown):
                await contexts.run(action, least(action), telnyx)
            assert len(upstream.heard) == number, action.name
            methods.add(action.operation.method)
    assert methods == {"POST", "PUT", "PATCH"}


def least(action: OperationAction) -> dict[str, object]:
    """The least that the operation takes."""
    example = minimal(action.operation)
    body = {} if example.body is None else {"body": example.body}
    return {"path": example.path, "query": example.query, **body}
