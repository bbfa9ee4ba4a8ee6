"""The guards of one process, in the order in which a call passes them."""

from __future__ import annotations

from dataclasses import dataclass

from telnyx_remote_mcp.audit.log import DIRECTORY, AuditLog
from telnyx_remote_mcp.calls.pipeline import Step
from telnyx_remote_mcp.guardrails.audit import AuditRecorder, OnRecord, RefusalsOnRecord
from telnyx_remote_mcp.guardrails.duplicates import Begins, DuplicateGuard
from telnyx_remote_mcp.guardrails.live_calls import LiveCallsGuard
from telnyx_remote_mcp.guardrails.mode import ModeShown
from telnyx_remote_mcp.guardrails.outage import OutageGuard
from telnyx_remote_mcp.guardrails.permission import PermissionGuard
from telnyx_remote_mcp.guardrails.policy_guard import PolicyGuard
from telnyx_remote_mcp.guardrails.preview import PreviewGuard
from telnyx_remote_mcp.guardrails.quotas import QuotaGuard
from telnyx_remote_mcp.guardrails.sensitive import SensitiveGuard
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.strangers_guard import StrangersGuard
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.tool.effect import Effect


@dataclass(frozen=True, slots=True)
class Guards:
    """The steps, first to last. `quotas` also reports what an account has left, `policy` what a person decided."""

    steps: list[Step]
    quotas: QuotaGuard
    policy: PolicyGuard


def create_guards(settings: Settings, shared: Shared) -> Guards:
    """The guards that the settings call for, in this order.

    Permission comes before the rules: who may not do a thing learns nothing about what the operator allows. Duplicates
    come before the policy, so that nobody is asked again about a call that was made. The policy comes before the
    quotas, so that a call counts only after the person agreed. `Begins` comes last before anything is sent.
    """
    recorder = _recorder(settings, shared)
    quotas, policy, live_calls = QuotaGuard(shared, settings.limits), PolicyGuard(shared), LiveCallsGuard(shared)
    duplicates = _duplicates(settings, shared)
    steps: list[Step] = [
        *([RefusalsOnRecord(recorder)] if recorder is not None else ()),
        StrangersGuard(shared),
        PermissionGuard(),
        SensitiveGuard(),
        PreviewGuard([*duplicates, policy, quotas, live_calls], shared.prices.in_words, always=settings.dry_run),
        OutageGuard(shared.calls, frozenset({Effect.SPENDS} if duplicates else ())),
        *duplicates,
        policy,
        quotas,
        live_calls,
        *([OnRecord(recorder)] if recorder is not None else ()),
        Begins(),
        ModeShown(sandbox=settings.sandbox),
    ]
    return Guards(steps, quotas, policy)


def _recorder(settings: Settings, shared: Shared) -> AuditRecorder | None:
    if settings.audit == "off" and shared.activity is None:
        return None
    directory = None if settings.audit == "stderr" else settings.data_dir / DIRECTORY
    log = AuditLog(directory, lambda: shared.secret.derive("audit"), keep_days=settings.audit_days)
    return AuditRecorder(
        log,
        lambda: shared.secret.name_key("audit"),
        kept=settings.audit != "off",
        required=settings.audit in ("on", "stderr"),
        activity=shared.activity,
    )


def _duplicates(settings: Settings, shared: Shared) -> list[DuplicateGuard]:
    window = settings.duplicate_window_secs
    if not window:
        return []
    return [DuplicateGuard(shared.calls, lambda: shared.secret, window_secs=window, place=settings.api_base_url)]
