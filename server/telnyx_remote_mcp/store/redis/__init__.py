"""The store for several replicas: a Redis that all of them reach."""

from telnyx_remote_mcp.store.redis.store import RedisStore

__all__ = ["RedisStore"]
