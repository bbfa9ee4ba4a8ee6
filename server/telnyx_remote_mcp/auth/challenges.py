"""The error answers to a request without a usable credential (RFC 6750), or without a needed scope."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from telnyx_remote_mcp.http.refusal import Refusal, retry_after

STORE_UNAVAILABLE: Final = "store_unavailable"
_HOW = "Send a Telnyx API key as 'Authorization: Bearer KEY...' or as 'X-Telnyx-API-Key: KEY...'."


@dataclass(frozen=True, slots=True)
class Challenge:
    """A `WWW-Authenticate: Bearer` challenge; without `error` where no credential was sent.

    Where a client can get a token, `resource_metadata` says how, and `scope` names the scopes to ask for. Otherwise
    the challenge has a realm.
    """

    error: str | None = None
    error_description: str | None = None
    scope: str | None = None
    resource_metadata: str | None = None

    def header(self) -> str:
        """The header's value. All texts in it are this server's, so they need no escaping."""
        parts = {
            "realm": None if self.resource_metadata else "telnyx",
            "error": self.error,
            "error_description": self.error_description,
            "scope": self.scope,
            "resource_metadata": self.resource_metadata,
        }
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items() if value)


class Unauthorized(Refusal):
    """401, with its challenge."""

    def __init__(self, error: str, description: str, challenge: Challenge) -> None:
        super().__init__(401, error, description, {"WWW-Authenticate": challenge.header()})
        self.challenge = challenge

    def with_sign_in(self, scopes: Iterable[str], resource_metadata: str) -> "Unauthorized":
        """The same 401 with where the client can sign in, and which scopes to ask for."""
        directions = replace(self.challenge, scope=" ".join(scopes), resource_metadata=resource_metadata)
        way = " Or give your client the URL alone, and sign in." if self.error == "unauthorized" else ""
        return Unauthorized(self.error, self.description + way, directions)


class ForeignToken(Unauthorized):
    """401 for a token that this server did not sign, which may be a guess: it counts as a failed login."""


def missing() -> Refusal:
    """401: no credential was sent."""
    return _unauthorized("unauthorized", f"Authentication required. {_HOW}", Challenge())


def malformed() -> Refusal:
    """401: what was sent cannot be a Telnyx API key, so Telnyx was not asked about it."""
    return _invalid_token(f"This is not a Telnyx API key: one starts with KEY and has no spaces. {_HOW}")


def invalid_token(why: str) -> Refusal:
    """401: the access token cannot be used here; the client has to get another one."""
    return _invalid_token(f"The access token {why}. Sign in again.")


def foreign_token() -> Refusal:
    """401: the access token is none of this server."""
    description = "The access token was not issued by this server. Sign in again."
    return ForeignToken("invalid_token", description, Challenge("invalid_token", description))


def insufficient_scope(what: str, scopes: Iterable[str], resource_metadata: str) -> Refusal:
    """403: `what` needs a scope that the person has not granted; with all of `scopes` it works."""
    description = f"{what} needs a permission that was not granted. Sign in again with the scopes of this challenge."
    challenge = Challenge("insufficient_scope", description, " ".join(scopes), resource_metadata)
    return Refusal(403, "insufficient_scope", description, {"WWW-Authenticate": challenge.header()})


def dead(*, sandbox: bool = False) -> Refusal:
    """401: Telnyx, or the sandbox, does not accept the key."""
    if sandbox:
        return _invalid_token("This is a sandbox: every key that begins with KEY_sandbox is an account, and no other.")
    return _invalid_token(
        "Telnyx does not accept this API key: it is wrong, revoked or expired. "
        "Create one at https://portal.telnyx.com/#/api-keys."
    )


def conflicting() -> Refusal:
    """400: the request carries two different credentials."""
    return Refusal(400, "invalid_request", "The request carries different credentials; send exactly one of them.")


def in_query() -> Refusal:
    """400: a credential was put in the URL, where logs and histories keep it."""
    return Refusal(
        400,
        "invalid_request",
        f"A credential in the URL is refused because URLs are logged; replace that key. {_HOW}",
    )


def throttled(seconds: float) -> Refusal:
    """429: too many failed or unverified credentials; try again in `seconds`."""
    return Refusal(
        429,
        "too_many_attempts",
        "Too many credentials were tried; check the API key, wait as long as Retry-After says, try again.",
        retry_after(seconds),
    )


def unverifiable(seconds: float) -> Refusal:
    """503: Telnyx could not be asked about the key."""
    return Refusal(
        503,
        "temporarily_unavailable",
        "Telnyx could not be asked about the API key; wait as long as Retry-After says, then try again.",
        retry_after(seconds),
    )


def store_unavailable() -> Refusal:
    """503: the store does not answer, and only it knows whether the credential is still valid."""
    return Refusal(
        503,
        STORE_UNAVAILABLE,
        "This server cannot reach its store; wait as long as Retry-After says, then try again.",
        retry_after(5),
    )


def _invalid_token(description: str) -> Refusal:
    return _unauthorized("invalid_token", description, Challenge("invalid_token", description))


def _unauthorized(error: str, description: str, challenge: Challenge) -> Refusal:
    return Unauthorized(error, description, challenge)
