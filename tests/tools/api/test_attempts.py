"""What is sent once, what is sent again, and what the caller learns: over real sockets that fail."""

import pytest
from tests.tools.api.upstream import Naps, Step, Upstream, answer, hang, raw, reset, telnyx

from telnyx_tools.api.client import Api, Replay
from telnyx_tools.api.errors import ApiError, NoAnswer, OutcomeUnknown, Unreachable

pytestmark = pytest.mark.anyio

BODY = {"to": "+12025550123"}
TOO_MANY = {"errors": [{"code": "10011", "title": "Too many requests"}]}
HALF = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"data"', then_close=True)
LOST = [
    pytest.param(hang, id="timeout"),
    pytest.param(reset, id="reset"),
    pytest.param(raw(b"", then_close=True), id="closed"),
    pytest.param(raw(b"not http\r\n\r\n"), id="garbage"),
    pytest.param(HALF, id="half an answer"),
]


def api(upstream: Upstream, naps: Naps | None = None) -> Api:
    return Api(upstream.base_url, clock=(naps or Naps()).clock)


@pytest.mark.parametrize("failure", LOST)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_change_whose_answer_is_lost_is_never_repeated(method: str, failure: Step) -> None:
    async with Upstream(failure, answer(200)) as upstream, api(upstream) as client:
        change = telnyx(client).post if method == "POST" else telnyx(client).patch
        with pytest.raises(OutcomeUnknown):
            await change("/messages", body=BODY, timeout_secs=0.5)
    assert len(upstream.heard) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_post_that_fails_inside_telnyx_is_never_repeated(status: int) -> None:
    failure = answer(status, {"errors": [{"code": "10007", "title": "Oops"}]}, X_Request_Id="r-1", Retry_After="0")
    async with Upstream(failure, answer(200)) as upstream, api(upstream) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await telnyx(client).post("/messages", body=BODY, idempotency_key=True)
    assert len(upstream.heard) == 1
    assert (caught.value.status, caught.value.request_id) == (status, "r-1")
    assert caught.value.describe()["others"] == [{"code": "10007", "title": "Oops"}]


async def test_half_a_success_says_that_telnyx_had_accepted() -> None:
    async with Upstream(HALF) as upstream, api(upstream) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await telnyx(client).post("/messages", body=BODY)
    assert caught.value.status == 200


@pytest.mark.parametrize("failure", LOST)
async def test_a_read_whose_answer_is_lost_is_repeated(failure: Step) -> None:
    async with Upstream(failure, answer(200, {"data": 1})) as upstream, api(upstream) as client:
        assert await telnyx(client).get("/balance", timeout_secs=0.5) == {"data": 1}
    assert len(upstream.heard) == 2


@pytest.mark.parametrize("failure", [reset, answer(503)])
async def test_a_post_whose_replay_is_documented_is_repeated_unchanged(failure: Step) -> None:
    async with Upstream(failure, answer(200, {"data": 1})) as upstream, api(upstream) as client:
        call = telnyx(client).post("/calls", body=BODY, replay=Replay.SAFE, idempotency_key=True)
        assert await call == {"data": 1}
    first, second = upstream.heard
    assert first == second


async def test_a_throttled_post_waits_as_long_as_it_is_told_and_keeps_its_idempotency_key() -> None:
    naps = Naps()
    steps = answer(429, TOO_MANY, X_RateLimit_Reset="3"), answer(429, TOO_MANY), answer(200, {"data": 1})
    async with Upstream(*steps) as upstream, api(upstream, naps) as client:
        assert await telnyx(client).post("/messages", body=BODY, idempotency_key=True) == {"data": 1}
    assert naps.taken == [3.0, 1.0]
    assert len({heard.headers["idempotency-key"] for heard in upstream.heard}) == 1


async def test_a_wait_above_the_limit_is_left_to_the_caller() -> None:
    naps = Naps()
    async with Upstream(answer(429, TOO_MANY, Retry_After="60")) as upstream, api(upstream, naps) as client:
        with pytest.raises(ApiError) as caught:
            await telnyx(client).get("/balance")
    assert (caught.value.status, caught.value.describe()["retry_after_secs"]) == (429, 60)
    assert naps.taken == []


async def test_a_post_that_found_no_connection_is_repeated_once_there_is_one() -> None:
    upstream = Upstream(answer(200, {"data": 1}))
    async with upstream:
        pass  # the port is known and closed again
    naps = Naps(on_nap=upstream.start)
    async with api(upstream, naps) as client:
        assert await telnyx(client).post("/messages", body=BODY) == {"data": 1}
    await upstream.__aexit__(None, None, None)
    assert len(naps.taken) == 1


async def test_no_connection_at_all_says_that_nothing_was_sent() -> None:
    async with Upstream() as upstream:
        pass
    naps = Naps()
    async with api(upstream, naps) as client:
        with pytest.raises(Unreachable):
            await telnyx(client).post("/messages", body=BODY)
    assert len(naps.taken) == 5


async def test_a_connection_that_is_lost_for_good_is_not_called_never_sent() -> None:
    upstream = Upstream(reset)
    await upstream.start()

    async def gone() -> None:
        await upstream.__aexit__(None, None, None)

    async with api(upstream, Naps(on_nap=gone)) as client:
        with pytest.raises(NoAnswer):
            await telnyx(client).delete("/messages/{id}", id="1")


async def test_a_read_that_keeps_failing_ends_in_the_last_error_of_telnyx() -> None:
    naps = Naps()
    async with Upstream(*[answer(502, b"<html><title>Bad")] * 9) as upstream, api(upstream, naps) as client:
        with pytest.raises(ApiError) as caught:
            await telnyx(client).get("/balance")
    assert caught.value.code == "http_502"
    assert (len(upstream.heard), naps.taken) == (6, [0.5, 1.0, 2.0, 4.0, 8.0])


@pytest.mark.parametrize("failure", [reset, answer(500)])
async def test_a_404_after_a_delete_of_unknown_outcome_is_a_success(failure: Step) -> None:
    async with Upstream(failure, answer(404, {"errors": []})) as upstream, api(upstream) as client:
        assert await telnyx(client).delete("/messages/{id}", id="1") is None


@pytest.mark.parametrize("steps", [[answer(404)], [answer(429), answer(404)]])
async def test_a_404_that_no_attempt_of_ours_can_explain_stays_an_error(steps: list[Step]) -> None:
    async with Upstream(*steps) as upstream, api(upstream) as client:
        with pytest.raises(ApiError) as caught:
            await telnyx(client).delete("/messages/{id}", id="1")
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [400, 404, 409, 422, 501])
@pytest.mark.parametrize("method", ["get", "post"])
async def test_a_definite_refusal_is_not_repeated(method: str, status: int) -> None:
    async with Upstream(answer(status)) as upstream, api(upstream) as client:
        call = telnyx(client).get if method == "get" else telnyx(client).post
        with pytest.raises(ApiError) as caught:
            await call("/messages")
    assert caught.value.status == status
    assert len(upstream.heard) == 1


@pytest.mark.parametrize("status", [301, 303, 307])
async def test_a_redirect_is_not_followed_and_says_nothing_of_what_was_done(status: int) -> None:
    elsewhere = answer(status, b"", Location="/elsewhere")
    async with Upstream(elsewhere, elsewhere) as upstream, api(upstream) as client:
        with pytest.raises(ApiError) as refused:
            await telnyx(client).get("/messages")
        with pytest.raises(OutcomeUnknown) as caught:
            await telnyx(client).post("/messages", body=BODY)
    assert "remedy" in refused.value.describe()
    assert (refused.value.status, caught.value.status) == (status, status)
    assert len(upstream.heard) == 2


async def test_a_request_that_timed_out_over_there_may_have_been_carried_out() -> None:
    late = answer(408, {"errors": [{"code": "10008"}]})
    async with Upstream(late, late, answer(200)) as upstream, api(upstream) as client:
        with pytest.raises(OutcomeUnknown):
            await telnyx(client).post("/messages", body=BODY)
        await telnyx(client).get("/messages")
    assert len(upstream.heard) == 3


async def test_a_wait_of_no_time_is_not_passed_on() -> None:
    async with Upstream(*[answer(429, Retry_After="0")] * 6) as upstream, api(upstream) as client:
        with pytest.raises(ApiError) as caught:
            await telnyx(client).post("/messages", body=BODY)
    assert caught.value.status == 429
    assert "retry_after_secs" not in caught.value.describe()


async def test_an_error_whose_body_breaks_off_is_still_that_error() -> None:
    broken = raw(b"HTTP/1.1 422 X\r\nContent-Length: 99\r\n\r\n{", then_close=True)
    async with Upstream(broken) as upstream, api(upstream) as client:
        with pytest.raises(ApiError) as caught:
            await telnyx(client).post("/messages", body=BODY)
    assert caught.value.status == 422
