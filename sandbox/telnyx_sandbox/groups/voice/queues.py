"""Operations on queues, and on the calls in one."""

from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .queue import Queue, create, entry_of, remove

routes = Routes()


@routes.get("/queues")
def list_queues(request: Request) -> Reply:
    return numbered(request, list(request.account.collection(Queue).values()), Queue.render)


@routes.post("/queues")
def create_queue(request: Request) -> Reply:
    name = request.body.required_text("queue_name")
    if name in request.account.collection(Queue):
        raise SandboxError("10012", "A queue of that name exists.", pointer="/queue_name")
    return data(create(request.account, name, request.body.integer("max_size")).render())


@routes.get("/queues/{queue_name}")
def get_queue(request: Request) -> Reply:
    return data(_queue(request).render())


@routes.post("/queues/{queue_name}")
def update_queue(request: Request) -> Reply:
    queue = _queue(request)
    queue.max_size = request.body.integer("max_size") or queue.max_size
    queue.updated_at = request.account.clock.now()
    return data(queue.render())


@routes.delete("/queues/{queue_name}")
def delete_queue(request: Request) -> Reply:
    queue = _queue(request)
    if any(not waiting.call.ended for waiting in queue.waiting):
        raise SandboxError("10021", "Calls wait in this queue.")
    del request.account.collection(Queue)[queue.name]
    return Reply(None, 204)


@routes.get("/queues/{queue_name}/calls")
def list_calls(request: Request) -> Reply:
    queue, now = _queue(request), request.account.clock.now()
    return numbered(request, queue.waiting, lambda waiting: queue.render_call(waiting, now))


@routes.get("/queues/{queue_name}/calls/{call_control_id}")
def get_call(request: Request) -> Reply:
    queue = _queue(request)
    waiting = entry_of(queue, request.ids["call_control_id"])
    return data(queue.render_call(waiting, request.account.clock.now()))


@routes.patch("/queues/{queue_name}/calls/{call_control_id}")
def update_call(request: Request) -> Reply:
    waiting = entry_of(_queue(request), request.ids["call_control_id"])
    keep = request.body.flag("keep_after_hangup")
    waiting.keep_after_hangup = waiting.keep_after_hangup if keep is None else keep
    return Reply(None, 204)


@routes.delete("/queues/{queue_name}/calls/{call_control_id}")
def remove_call(request: Request) -> Reply:
    queue = _queue(request)
    waiting = entry_of(queue, request.ids["call_control_id"])
    remove(request.account, queue, waiting, "leave", request.account.clock.now())
    return Reply(None, 204)


def _queue(request: Request) -> Queue:
    return request.account.find(Queue, request.ids["queue_name"])
