"""Credentials of other services that assistants and tools refer to by name."""

from telnyx_tools.groups.secrets import integration_secrets
from telnyx_tools.groups.secrets.group import secrets

__all__ = ["integration_secrets", "secrets"]
