"""Cloud storage: buckets and objects over S3, and their JSON companions."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import kvs, links, usage

ROUTES: tuple[Routes, ...] = (kvs.routes, links.routes, usage.routes)
SEEDS: tuple[Callable[[Account], None], ...] = ()
