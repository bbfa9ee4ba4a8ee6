"""The store: keeps data that must outlive a process and be seen by every replica."""

from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

FILE_NAME = "state.db"
CALLS_FILE_NAME = "calls.db"
_PREFIX = "telnyx-mcp"


def open_store(settings: Settings, meter: Meter = UNMEASURED) -> Store:
    """The store of this deployment: Redis where `redis_url` is set, else a file in `data_dir`.

    Nothing is opened before the first use, or before `prepare`. The caller closes it with `aclose`.
    """
    return _opened(settings, FILE_NAME, meter, durable=True)


def open_calls_store(settings: Settings, meter: Meter = UNMEASURED) -> Store:
    """As `open_store`, for state of calls that lives for seconds or hours and is written several times in each call.

    A file of this store survives the end of a process, but its last writes may be lost if the machine crashes.
    """
    return _opened(settings, CALLS_FILE_NAME, meter, durable=False)


def _opened(settings: Settings, file_name: str, meter: Meter, *, durable: bool) -> Store:
    if settings.redis_url is not None:
        from telnyx_remote_mcp.store.redis.store import RedisStore

        return RedisStore(settings.redis_url, _PREFIX, meter)
    from telnyx_remote_mcp.store.sqlite.store import SqliteStore

    return SqliteStore(settings.data_dir / file_name, durable=durable, meter=meter)
