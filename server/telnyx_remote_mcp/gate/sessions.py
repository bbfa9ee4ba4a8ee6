"""Sessions of older clients, with limits per principal and overall, and an idle timeout."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Final

from mcp.server import Server
from mcp.server.auth.middleware.bearer_auth import AuthorizationContext
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PER_PRINCIPAL: Final = 16
OVERALL: Final = 2_000
"""A session takes some 40 kB."""
IDLE_SECS: Final = 300


class Sessions(StreamableHTTPSessionManager):
    """Keeps the SDK's sessions within limits: a new session ends an old one instead of being refused.

    At its own limit, a principal loses the session that it used longest ago. At the overall limit, the principal with
    the most sessions loses one. A client whose session has ended gets a 404 and begins another.
    """

    def __init__(
        self, server: Server[Any], max_body_bytes: int, per_principal: int = PER_PRINCIPAL, overall: int = OVERALL
    ) -> None:
        super().__init__(
            server, session_idle_timeout=IDLE_SECS, max_request_body_size=max_body_bytes, max_sessions=overall
        )
        self._per_principal = per_principal
        self._overall = overall

    def _admit_session(self, requestor: AuthorizationContext | None) -> StreamableHTTPServerTransport | None:
        # Before the SDK counts: it would refuse the new session, where this ends another.
        own = self._of(_owner(requestor))
        if len(own) >= self._per_principal:
            self._end(own)
        elif len(self._server_instances) >= self._overall:
            self._end(self._of(self._largest_holder()))
        return super()._admit_session(requestor)

    def _of(self, owner: str) -> list[str]:
        return [session for session, context in self._session_owners.items() if _owner(context) == owner]

    def _largest_holder(self) -> str:
        return Counter(map(_owner, self._session_owners.values())).most_common(1)[0][0]

    def _end(self, sessions: list[str]) -> None:
        """End the one of these that has been idle longest; where none is idle, the oldest."""
        session = min(sessions, key=self._expires)
        transport = self._server_instances.pop(session)
        self._session_owners.pop(session)
        if transport.idle_scope is not None:
            transport.idle_scope.cancel()

    def _expires(self, session: str) -> float:
        """The time at which the session would end for idleness; never while a request or stream of it is open."""
        scope = self._server_instances[session].idle_scope
        return scope.deadline if scope is not None else math.inf


def _owner(context: AuthorizationContext | None) -> str:
    return context["client_id"] if context is not None else ""
