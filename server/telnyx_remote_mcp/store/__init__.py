"""The store: keeps what must outlive a process and be seen by every replica."""

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store

FILE_NAME = "state.db"
_PREFIX = "telnyx-mcp"


def open_store(settings: Settings) -> Store:
    """The store of this deployment: Redis where `redis_url` is set, else a file in `data_dir`.

    Nothing is opened before the first use, or before `prepare`. The caller closes it with `aclose`.
    """
    if settings.redis_url is not None:
        from telnyx_remote_mcp.store.redis.store import RedisStore

        return RedisStore(settings.redis_url, _PREFIX)
    from telnyx_remote_mcp.store.sqlite.store import SqliteStore

    return SqliteStore(settings.data_dir / FILE_NAME)
