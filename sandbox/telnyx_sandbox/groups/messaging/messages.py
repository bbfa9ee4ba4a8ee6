"""Messages: sent at once, scheduled, cancelled, or sent to a group.

A message to `+155500` and a five-digit code of `errors.ERRORS` ends with that error: `+15550040010` is accepted and
then fails with 40010 (as all 400xx codes, 40329 and 40330); `+15550040333` is refused at once (as the other 403xx).
Messages to all other numbers are delivered within a second. Prices per part: SMS 0.004 USD and 0.003 for the carrier,
MMS 0.015 and 0.010. A scheduled message is charged at once, and refunded if it is cancelled.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .content import read_content
from .group_message import LARGEST_GROUP, GroupMessage
from .message import Message
from .outbound_message import outgoing, pay, start_of

routes = Routes()

KEPT_MESSAGES = 10_000
CANCELLABLE_SECS = 60
"""A scheduled message can be cancelled up to this long before its time."""


@routes.post("/messages", takes_idempotency_key=True)
@routes.post("/messages/number_pool", takes_idempotency_key=True)
@routes.post("/messages/alphanumeric_sender_id", takes_idempotency_key=True)
def send(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    recipient = body.required_text("to")
    message = outgoing(account, body, recipient, read_content(body), start_of(body, now))
    keep(account, [message])
    return data(message.render(now))


@routes.post("/messages/schedule")
def schedule(request: Request) -> Reply:
    request.body.required_text("send_at")
    return send(request)


@routes.post("/messages/group_mms", takes_idempotency_key=True)
def send_to_group(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    recipients = body.texts("to") or []
    if not 1 <= len(recipients) <= LARGEST_GROUP:
        raise SandboxError("40310", f"A group has 1 to {LARGEST_GROUP} recipients.", pointer="/to")
    content = read_content(body, mms=True)
    messages = tuple(outgoing(account, body, recipient, content, now) for recipient in recipients)
    keep(account, messages)
    group = GroupMessage(account.ids.uuid("group_message"), messages)
    account.collection(GroupMessage)[group.id] = group
    return data(group.render(now))


@routes.get("/messages/{id}")
def get(request: Request) -> Reply:
    now = request.account.clock.now()
    group = request.account.collection(GroupMessage).get(request.id)
    return data((group or request.account.find(Message, request.id)).render(now))


@routes.get("/messages/group/{message_id}")
def get_group(request: Request) -> Reply:
    now = request.account.clock.now()
    group = request.account.find(GroupMessage, request.ids["message_id"])
    return Reply({"data": [message.render(now) for message in group.messages]})


@routes.delete("/messages/{id}")
def cancel(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    message = account.find(Message, request.id)
    if message.status(now) != "scheduled" or message.starts_at - now <= CANCELLABLE_SECS:
        raise SandboxError("10015", "Only scheduled messages can be cancelled, until a minute before their time.")
    cancelled = replace(message, cancelled_at=now)
    account.collection(Message)[message.id] = cancelled
    account.balance += message.content.cost
    return Reply(cancelled.render(now))


def keep(account: Account, messages: Sequence[Message]) -> None:
    """Charge the account for new messages, and store them."""
    pay(account, messages)
    kept = account.collection(Message)
    kept.update((message.id, message) for message in messages)
    while len(kept) > KEPT_MESSAGES:
        del kept[next(iter(kept))]
