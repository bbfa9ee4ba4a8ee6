"""Settings as command line options: every option is made from its field in `Settings`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from telnyx_remote_mcp.commands import UsageError
from telnyx_remote_mcp.settings import SECRETS, Settings, unknown_variable, variable
from telnyx_remote_mcp.surface.selection import EVERYTHING, BadSelection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import InvalidArgument
from telnyx_tools.api.hosts import checked_upstream
from telnyx_tools.api.regions import StorageHosts
from telnyx_tools.registry import registry

SELECTION = ("groups", "tools", "exclude_tools", "read_only")
UPSTREAM = ("api_base_url", "storage_endpoint", "allow_custom_upstream", "sandbox")

_SINGULAR = {
    "allowed_hosts": "--allowed-host",
    "allowed_origins": "--allowed-origin",
    "trusted_proxies": "--trusted-proxy",
    "file_roots": "--file-root",
}


def add_settings(parser: ArgumentParser, *names: str) -> None:
    """Add options for these fields, and `--env-file`."""
    for name in names:
        _add(parser, name, Settings.model_fields[name])
    parser.add_argument("--env-file", metavar="FILE", type=Path, help="read further settings from this file")


def settings(options: Namespace, **replaced: object) -> Settings:
    """The settings from the options, the environment and `--env-file`; the earlier one takes precedence. Raises
    UsageError."""
    if options.env_file is not None and not options.env_file.is_file():
        raise UsageError(f"There is no file {options.env_file} (--env-file).")
    if unknown := unknown_variable(os.environ):
        raise UsageError(unknown)
    if options.env_file is not None:
        _check_file(options.env_file)
    try:
        chosen = Settings(_env_file=options.env_file, **(_given(options) | replaced))
    except ValidationError as error:
        raise UsageError("; ".join(_problem(details) for details in error.errors(include_input=False))) from None
    if chosen.policy is not None:
        _check_policy(chosen.policy)
    return chosen


def _check_policy(path: Path) -> None:
    """Check at the start, since a server must not run if its policy cannot be read. Raises UsageError."""
    from telnyx_remote_mcp.guardrails.policy_file import PolicyFileError, load

    try:
        load(path, registry())
    except PolicyFileError as error:
        raise UsageError(str(error)) from None


def _check_file(path: Path) -> None:
    from dotenv import dotenv_values

    if unknown := unknown_variable(dotenv_values(path)):
        raise UsageError(f"{path}: {unknown}")


def flag(name: str) -> str:
    """The name of the option for a setting."""
    return _SINGULAR.get(name, f"--{name.replace('_', '-')}")


def surfaces(settings: Settings, *, local: bool = False) -> Surfaces:
    """The surfaces that the operator's settings allow. Raises UsageError for a group or tool that does not exist."""
    try:
        return Surfaces(registry(), settings.ceiling, local=local)
    except BadSelection as error:
        raise UsageError(str(error)) from None


def check_local(settings: Settings) -> None:
    """Raises UsageError if these settings do not allow calling tools from this process."""
    if settings.ceiling != EVERYTHING:  # it may name what does not exist
        surfaces(settings)
    _check_roots(settings)
    check_key(settings)
    try:
        checked_upstream(settings.api_base_url, allow_custom=settings.allow_custom_upstream)
        StorageHosts(settings.storage_endpoint, allow_custom=settings.allow_custom_upstream)
    except ValueError as error:
        raise UsageError(str(error)) from None


def check_key(settings: Settings) -> None:
    """Raises UsageError for a text that cannot be a key, before it is sent anywhere."""
    try:
        if settings.api_key:
            Credential(settings.api_key.strip())
    except InvalidArgument as error:
        raise UsageError(f"{variable('api_key')}: {error.problem}") from None


def _check_roots(settings: Settings) -> None:
    """Refuse roots with the server's own secret and data, and warn of a whole home directory or disk, which is seldom
    meant."""
    data = Path(settings.data_dir).expanduser().resolve()
    for given in settings.file_roots:
        root = Path(given).expanduser().resolve()
        if data.exists() and (data.is_relative_to(root) or root.is_relative_to(data)):
            raise UsageError(f"--file-root {given} would open {data}, where this server keeps its secret and its data.")
        if root in (Path(root.anchor), Path.home().resolve()):
            _warn(f"--file-root {given} opens everything below {root} to agents; a directory for them is safer.")


def _warn(text: str) -> None:
    sys.stderr.write(f"telnyx-mcp-server: {text}\n")


def _given(options: Namespace) -> dict[str, Any]:
    values = {name: value for name, value in vars(options).items() if name in Settings.model_fields}
    return {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None
    }


def _problem(details: ErrorDetails) -> str:
    name = next((str(part) for part in details["loc"]), "")
    message = str(details["msg"]).removeprefix("Value error, ")
    if name not in Settings.model_fields:
        return f"{name}: {message}"
    if name in SECRETS:
        return f"{variable(name)}: {message}"
    return f"{flag(name)} ({variable(name)}): {message}"


def _add(parser: ArgumentParser, name: str, field: FieldInfo) -> None:
    spellings = dict.fromkeys((flag(name), f"--{name.replace('_', '-')}"))
    text = field.description
    if name == "stateful":
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--stateful", action="store_const", const=True, help=text)
        either.add_argument("--stateless", dest=name, action="store_const", const=False, help="keep no sessions")
    elif field.annotation is bool:
        parser.add_argument(*spellings, action="store_const", const=True, help=text)
    elif field.annotation == list[str]:
        text = f"{text}; several with commas, or repeat it"
        parser.add_argument(*spellings, dest=name, metavar="NAME", action="append", help=text)
    else:
        default = field.get_default(call_default_factory=True)
        text = text if default is None else f"{text} (default: {default})"
        parser.add_argument(*spellings, metavar="|".join(_choices(field.annotation)) or "VALUE", help=text)


def _choices(annotation: Any) -> list[str]:
    """The values of a Literal, also if the setting is optional."""
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return [choice for branch in get_args(annotation) for choice in _choices(branch)]
