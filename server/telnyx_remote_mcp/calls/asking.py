"""Asks the person behind a call, by whatever means their client and its protocol version offer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from telnyx_remote_mcp.calls.client import Client, Form
from telnyx_remote_mcp.calls.question import Answer, Answers, AskFirst, Question
from telnyx_remote_mcp.calls.replies import failure
from telnyx_tools.tool.shutdown import Shutdown

ROUNDS = 10
"""The most questions that one call may raise; clients give up after as many."""

Attempt = Callable[[Answers], Awaitable[types.CallToolResult]]
"""Makes the call with the answers given so far. Raises AskFirst for an answer that is missing."""


async def asked(
    ctx: ServerRequestContext[Any, Any],
    client: Client,
    attempt: Attempt,
    first: AskFirst,
    answers: Answers,
    shutdown: Shutdown,
) -> types.CallToolResult | types.InputRequiredResult:
    """The result of a call that raised the question `first`, and may raise more.

    In protocol version 2026-07-28 the result is the question, and the client makes the call again with the answer. In
    older versions the server sends the client a request during the call. If the client supports neither, or the
    server's `shutdown` begins before the answer, the result says that nothing was done, and why.
    """
    for _ in range(ROUNDS):
        mode = _mode(client, first.question)
        if mode is None or first.question.id in answers:
            return failure(first.describe())
        if client.is_modern:
            return _input_required(first.question, mode, answers)
        if not ctx.session.can_send_request:
            return failure(first.describe())
        asked_id = first.question.id
        answer = await shutdown.unless_begun(_elicited(ctx, first.question, mode))
        if answer is None:
            return failure(first.describe())
        answers = {**answers, asked_id: answer}
        try:
            result = await attempt(answers)
        except AskFirst as another:
            first = another
        else:
            if mode == "url":
                await ctx.session.send_elicit_complete(asked_id, related_request_id=ctx.request_id)
            return result
    return failure(first.describe())


def _mode(client: Client, question: Question) -> Form | None:
    """How the client can ask: by a form, else by opening the page; None if it can do neither."""
    if "form" in client.forms:
        return "form"
    return "url" if "url" in client.forms and question.url is not None else None


def _input_required(question: Question, mode: Form, answers: Answers) -> types.InputRequiredResult:
    """The question as a result. The sealed state holds what was asked and answered: the client cannot forge it."""
    given = {id_: [answer.action, answer.content, answer.mode] for id_, answer in answers.items()}
    state = {"asked": question.id, "mode": mode, "answers": given}
    return types.InputRequiredResult(
        input_requests={question.id: types.ElicitRequest(params=_params(question, mode))},
        request_state=json.dumps(state),
    )


def _params(question: Question, mode: Form) -> types.ElicitRequestFormParams | types.ElicitRequestURLParams:
    if mode == "url" and question.url is not None:
        return types.ElicitRequestURLParams(message=question.text, url=question.url)
    return types.ElicitRequestFormParams(message=question.text, requested_schema=dict(question.form))


def answers_in(params: types.CallToolRequestParams) -> Answers:
    """The answers to questions that this server asked. Anything else that the client sends is ignored."""
    if params.request_state is None:
        return {}
    state: Mapping[str, Any] = json.loads(params.request_state)  # the SDK's boundary has opened the seal
    answers = {id_: Answer(*given) for id_, given in state["answers"].items()}
    given = (params.input_responses or {}).get(state["asked"])
    if isinstance(given, types.ElicitResult):
        answers[state["asked"]] = Answer(given.action, given.content or {}, state.get("mode", "form"))
    return answers


async def _elicited(ctx: ServerRequestContext[Any, Any], question: Question, mode: Form) -> Answer:
    """The answer to a request sent during the call; for a page, whether the person agreed to open it."""
    if mode == "url" and question.url is not None:
        given = await ctx.session.elicit_url(
            question.text, question.url, question.id, related_request_id=ctx.request_id
        )
    else:
        given = await ctx.session.elicit_form(question.text, dict(question.form), related_request_id=ctx.request_id)
    return Answer(given.action, given.content or {}, mode)
