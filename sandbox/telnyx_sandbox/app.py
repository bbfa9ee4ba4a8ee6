"""Puts the sandbox together as an ASGI app: the API and its sign-in under `/v2`, its switches under `/sandbox`.

S3 is under `/storage/{region}`. `/sandbox-files` serves the files that answers of the API link to, without a key.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from .account import Accounts
from .api import Api
from .clock import Clock
from .control import Control
from .faults import Faults
from .groups import GROUPS, HOOKS, SEEDS
from .groups.storage.s3 import Storage
from .groups.voice import recordings
from .oauth.routes import Authorization
from .routing import Router
from .sender import Sender
from .world import World


def create_app(
    *,
    clock: Clock | None = None,
    faults: Faults | None = None,
    rate_limit: int = 10_000,
) -> Starlette:
    """A new sandbox, without accounts.

    `rate_limit` is in requests per account and second.
    """
    clock = clock or Clock()
    world = World(Accounts(clock, SEEDS, HOOKS), clock, faults or Faults(), rate_limit)
    sender = Sender(world.webhooks)
    api = Api(world, Router(GROUPS), sender)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        sender.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            *Authorization(world.tokens).routes,
            Mount("/v2", app=api),
            Mount("/sandbox-files", routes=recordings.files(world.accounts)),
            Mount("/storage", app=Storage(world)),
            Mount("/sandbox", routes=Control(world).routes),
        ],
    )
