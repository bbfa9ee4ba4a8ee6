"""Asking the person behind a call, in the way that their client and its protocol have for it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.question import Answer, Answers, AskFirst, Question
from telnyx_remote_mcp.calls.replies import failure

ROUNDS = 10
"""As many questions as one call may raise; clients give up after as many."""

Attempt = Callable[[Answers], Awaitable[types.CallToolResult]]
"""The call, made with the answers that are there. Raises AskFirst for one that is missing."""


async def asked(
    ctx: ServerRequestContext[Any, Any], client: Client, attempt: Attempt, first: AskFirst, answers: Answers
) -> types.CallToolResult | types.InputRequiredResult:
    """The result of a call that raised a question, and may raise more.

    On 2026-07-28 a question is the result, and the client makes the call again with the answer. Before, it is a request
    of the server in the midst of the call. Where neither can be, the result says that nothing was done, and why.
    """
    for _ in range(ROUNDS):
        if "form" not in client.forms or first.question.id in answers:
            return failure(first.describe())
        if client.is_modern:
            return _input_required(first.question, answers)
        if not ctx.session.can_send_request:
            return failure(first.describe())
        answers = {**answers, first.question.id: await _elicited(ctx, first.question)}
        try:
            return await attempt(answers)
        except AskFirst as another:
            first = another
    return failure(first.describe())


def _input_required(question: Question, answers: Answers) -> types.InputRequiredResult:
    """The question, and in the sealed state what was asked and answered: the client is not believed about either."""
    state = {"asked": question.id, "answers": {id_: [given.action, given.content] for id_, given in answers.items()}}
    params = types.ElicitRequestFormParams(message=question.text, requested_schema=dict(question.form))
    return types.InputRequiredResult(
        input_requests={question.id: types.ElicitRequest(params=params)}, request_state=json.dumps(state)
    )


def answers_in(params: types.CallToolRequestParams) -> Answers:
    """The answers to what this server asked. Whatever else the client sends along is no answer."""
    if params.request_state is None:
        return {}
    state: Mapping[str, Any] = json.loads(params.request_state)  # the SDK's boundary has opened the seal
    answers = {id_: Answer(action, content) for id_, (action, content) in state["answers"].items()}
    given = (params.input_responses or {}).get(state["asked"])
    if isinstance(given, types.ElicitResult):
        answers[state["asked"]] = Answer(given.action, given.content or {})
    return answers


async def _elicited(ctx: ServerRequestContext[Any, Any], question: Question) -> Answer:
    given = await ctx.session.elicit_form(question.text, dict(question.form), related_request_id=ctx.request_id)
    return Answer(given.action, given.content or {})
