"""The guards of one process, in the order in which a call passes them."""

from __future__ import annotations

from collections.abc import Callable

from telnyx_remote_mcp.audit.log import DIRECTORY, AuditLog
from telnyx_remote_mcp.calls.pipeline import Step
from telnyx_remote_mcp.guardrails.audit import Book, OnRecord, RefusalsOnRecord
from telnyx_remote_mcp.guardrails.permission import PermissionGuard
from telnyx_remote_mcp.guardrails.sensitive import SensitiveGuard
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.secret import Secret


def create_guards(settings: Settings, secret: Callable[[], Secret] | None = None) -> list[Step]:
    """The steps, first to last. Nothing is read or written before the first call; `secret` is asked for then.

    Permission comes first: whoever may not do a thing learns nothing about what the operator allows.
    """

    def derived(purpose: str) -> bytes:
        return (secret() if secret is not None else Secret.load(settings.secret, settings.data_dir)).derive(purpose)

    book = _book(settings, derived)
    return [
        *([RefusalsOnRecord(book)] if book is not None else ()),
        PermissionGuard(),
        SensitiveGuard(),
        *([OnRecord(book)] if book is not None else ()),
    ]


def _book(settings: Settings, derived: Callable[[str], bytes]) -> Book | None:
    if settings.audit == "off":
        return None
    log = AuditLog(settings.data_dir / DIRECTORY, lambda: derived("audit"), keep_days=settings.audit_days)
    return Book(log, required=settings.audit == "on")
