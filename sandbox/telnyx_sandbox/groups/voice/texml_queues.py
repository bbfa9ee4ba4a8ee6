"""Queues by TeXML's names."""

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from . import texml
from .call import Fields
from .queue import Queue, create

routes = Routes()


@routes.get("/texml/Accounts/{account_sid}/Queues")
def list_queues(request: Request) -> Reply:
    account = texml.account_of(request)
    found = list(account.collection(Queue).values())
    return texml.listed(request, "queues", found, lambda queue: render(account, queue))


@routes.post("/texml/Accounts/{account_sid}/Queues")
def create_queue(request: Request) -> Reply:
    account, body = texml.account_of(request), request.body
    name = body.text("FriendlyName") or account.ids.uuid("queue_name")
    if name in account.collection(Queue):
        raise SandboxError("10012", pointer="/FriendlyName")
    return Reply(render(account, create(account, name, body.integer("MaxSize"))))


@routes.get("/texml/Accounts/{account_sid}/Queues/{queue_sid}")
def get_queue(request: Request) -> Reply:
    account = texml.account_of(request)
    return Reply(render(account, _find(request, account)))


@routes.post("/texml/Accounts/{account_sid}/Queues/{queue_sid}")
def update_queue(request: Request) -> Reply:
    account = texml.account_of(request)
    queue = _find(request, account)
    queue.max_size, queue.updated_at = request.body.integer("MaxSize") or queue.max_size, account.clock.now()
    return Reply(render(account, queue))


@routes.delete("/texml/Accounts/{account_sid}/Queues/{queue_sid}")
def delete_queue(request: Request) -> Reply:
    account = texml.account_of(request)
    del account.collection(Queue)[_find(request, account).name]
    return Reply(None, 204)


def render(account: Account, queue: Queue) -> Fields:
    return {
        "sid": queue.id,
        "account_sid": account.ids.owner_id,
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "current_size": len(queue.waiting),
        "average_wait_time": queue.average_wait_secs,
        "date_created": texml.date(queue.created_at),
        "date_updated": texml.date(queue.updated_at),
        "subresource_uris": {"members": None},
        "uri": texml.uri(account, "Queues", queue.id),
    }


def _find(request: Request, account: Account) -> Queue:
    wanted = request.ids["queue_sid"]
    for queue in account.collection(Queue).values():
        if wanted in (queue.id, queue.name):
            return queue
    raise SandboxError("10005")
