"""The guards of one process, in the order in which a call passes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telnyx_remote_mcp.audit.log import DIRECTORY, AuditLog
from telnyx_remote_mcp.calls.pipeline import Step
from telnyx_remote_mcp.guardrails.audit import Book, OnRecord, RefusalsOnRecord
from telnyx_remote_mcp.guardrails.duplicates import DuplicateGuard
from telnyx_remote_mcp.guardrails.mode import ModeShown
from telnyx_remote_mcp.guardrails.permission import PermissionGuard
from telnyx_remote_mcp.guardrails.preview import PreviewGuard
from telnyx_remote_mcp.guardrails.quotas import QuotaGuard
from telnyx_remote_mcp.guardrails.sensitive import SensitiveGuard
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret


@dataclass(frozen=True, slots=True)
class Guards:
    """The steps, first to last, and the one among them that knows what is left to an account."""

    steps: list[Step]
    quotas: QuotaGuard


def create_guards(settings: Settings, store: Store | None = None, secret: Callable[[], Secret] | None = None) -> Guards:
    """The guards as they are set. Nothing is read or written before the first call; `secret` is asked for then.

    `store` and `secret` are those of the settings where they are not given.
    """
    store = store or open_store(settings)
    secret = secret or (lambda: Secret.load(settings.secret, settings.data_dir))
    book = _book(settings, secret)
    quotas = QuotaGuard(store, secret, settings.limits)
    foreseeing: list[DuplicateGuard | QuotaGuard] = [*_duplicates(settings, store, secret), quotas]
    steps: list[Step] = [
        *([RefusalsOnRecord(book)] if book is not None else ()),
        PermissionGuard(),
        SensitiveGuard(),
        PreviewGuard(foreseeing, always=settings.dry_run),
        *foreseeing,
        *([OnRecord(book)] if book is not None else ()),
        ModeShown(sandbox=settings.sandbox),
    ]
    return Guards(steps, quotas)


def _book(settings: Settings, secret: Callable[[], Secret]) -> Book | None:
    if settings.audit == "off":
        return None
    log = AuditLog(settings.data_dir / DIRECTORY, lambda: secret().derive("audit"), keep_days=settings.audit_days)
    return Book(log, required=settings.audit == "on")


def _duplicates(settings: Settings, store: Store, secret: Callable[[], Secret]) -> list[DuplicateGuard]:
    window = settings.duplicate_window_secs
    return [DuplicateGuard(store, secret, window_secs=window, place=settings.api_base_url)] if window else []
