"""Where the server keeps what must outlive a process and be seen by every replica."""

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store

FILE_NAME = "state.db"
_PREFIX = "telnyx-mcp"


def open_store(settings: Settings) -> Store:
    """The store of this deployment: Redis where `redis_url` is set, else a file in `data_dir`.

    The caller closes it with `aclose`. Raises StoreError, whose text says what to do, where the file cannot be had;
    Redis is reached on first use.
    """
    if settings.redis_url is not None:
        from telnyx_remote_mcp.store.redis import RedisStore

        return RedisStore(settings.redis_url, _PREFIX)
    from telnyx_remote_mcp.store.sqlite import SqliteStore

    return SqliteStore(settings.data_dir / FILE_NAME)
