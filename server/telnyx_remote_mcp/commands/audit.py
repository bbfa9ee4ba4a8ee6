"""Read the audit log, export it, or verify that nobody changed it. Verifying ends with 1 where somebody did."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import Record, records, verify
from telnyx_remote_mcp.commands import Failure, UsageError, say
from telnyx_remote_mcp.commands.options import add_settings, settings
from telnyx_remote_mcp.commands.output import CYAN, RED, SHADES, YELLOW, is_terminal, row
from telnyx_remote_mcp.guardrails.entries import target_id
from telnyx_remote_mcp.guardrails.recipients import addresses
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.secret import Secret, SecretError
from telnyx_tools.tool.effect import Effect

_WIDTHS = (24, 8, 7, 28)
"""The widths of the columns that every record has."""
_SHADES = {**SHADES, "refused": YELLOW, "failed": RED, "unknown": RED, "done": CYAN}
EQUAL = ("tool", "effect", "who", "grant", "outcome", "call")
"""The members of a record that can be filtered by an option of the same name."""


def configure(parser: ArgumentParser) -> None:
    add_settings(parser, "data_dir")
    parser.add_argument("action", choices=["read", "export", "verify"], help="export prints every member as JSON lines")
    parser.add_argument("--since", metavar="TIME", help="from this moment on, such as 2026-03-01 or 2026-03-01T15:00Z")
    parser.add_argument("--until", metavar="TIME", help="before this moment")
    parser.add_argument("--to", metavar="ADDRESS", help="calls that reached this number, address or URL")
    parser.add_argument("--effect", choices=[effect.value for effect in Effect], help="calls with this effect")
    parser.add_argument("--outcome", metavar="OUTCOME", help="done, failed, unknown or cancelled")
    for name in ("tool", "who", "grant", "call"):
        parser.add_argument(f"--{name}", metavar=name.upper(), help=f"calls with this {name}")


def run(options: Namespace) -> int:
    chosen = settings(options)
    directory = chosen.data_dir / DIRECTORY
    if not directory.is_dir():
        raise Failure(f"There is no audit log in {directory}; see --data-dir, and TELNYX_MCP_AUDIT.")
    if options.action == "verify":
        return _verify(chosen, directory)
    shown = _line if options.action == "read" else json.dumps
    for record in _found(options, chosen, directory):
        say(shown(record))
    return 0


def _verify(settings: Settings, directory: Path) -> int:
    faults = verify(directory, _keys(settings))
    for fault in faults:
        say(f"✗ {fault}")
    if not faults:
        say(f"✓ {sum(1 for _ in records(directory))} records are as they were written")
    return 1 if faults else 0


def _found(options: Namespace, settings: Settings, directory: Path) -> Iterator[Record]:
    wanted = _filters(options, settings)
    return (record for record in records(directory) if all(fits(record) for fits in wanted))


def _filters(options: Namespace, settings: Settings) -> list[Callable[[Record], bool]]:
    def equal(name: str, value: str) -> Callable[[Record], bool]:
        return lambda record: record.get(name) == value

    given = [(name, value) for name in EQUAL if (value := getattr(options, name)) is not None]
    filters = [equal(name, value) for name, value in given]
    if options.since is not None:
        filters.append(lambda record: str(record.get("at")) >= options.since)
    if options.until is not None:
        filters.append(lambda record: str(record.get("at")) < options.until)
    if options.to is not None:
        ids = _target_ids(options.to, _keys(settings))
        filters.append(lambda record: any(target.get("id") in ids for target in record.get("to", ())))
    return filters


def _target_ids(address: str, keys: Sequence[bytes]) -> set[str]:
    found = addresses(address)
    if not found:
        raise UsageError("--to takes a phone number, an email address, a SIP URI or a URL.")
    return {target_id(value, key) for _, value in found for key in keys}


def _line(record: Record) -> str:
    """A record as one line: in columns at a terminal, otherwise with the fields that it has."""
    targets = ", ".join(str(target.get("masked")) for target in record.get("to", ()))
    told = [record.get(name) for name in ("outcome", "rule", "error", "approved", "cost", "agent")]
    named = [str(record.get(name, "")) for name in ("at", "event", "effect", "tool")]
    rest = [f"who={record.get('who')}", targets, *told, record["id"]]
    shown = [str(part) for part in rest if part]
    return row([*named, *shown], _WIDTHS, _SHADES) if is_terminal() else "  ".join([*filter(None, named), *shown])


def _keys(settings: Settings) -> list[bytes]:
    if settings.secret is None and not (settings.data_dir / "secret").exists():
        raise Failure(f"There is no secret in {settings.data_dir}; give TELNYX_MCP_SECRET as the server has it.")
    try:
        return Secret.load(settings.secret, settings.data_dir).derive_all("audit")
    except SecretError as error:
        raise Failure(str(error)) from None
