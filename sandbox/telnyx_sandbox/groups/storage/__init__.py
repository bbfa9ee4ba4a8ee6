"""Cloud storage: buckets and objects over S3, and their JSON companions."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes

ROUTES: tuple[Routes, ...] = ()
SEEDS: tuple[Callable[[Account], None], ...] = ()
