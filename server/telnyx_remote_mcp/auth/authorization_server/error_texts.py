"""The texts of errors: always this server's own, because a library's may quote what a client sent."""

from __future__ import annotations

from typing import Final

from authlib.oauth2.rfc6749 import OAuth2Error


class OwnText(str):
    """A text that this server wrote, or composed of parts that it wrote."""

    __slots__ = ()


_BY_CODE: Final = {
    "access_denied": "The person did not allow the access.",
    "invalid_client": "The client is not known here, or did not prove that it is the one: register again.",
    "invalid_client_metadata": "The description of the client cannot be used.",
    "invalid_grant": "The code or refresh token is not valid (any more): sign in again.",
    "invalid_redirect_uri": "A redirect URI cannot be used.",
    "invalid_request": "A parameter is missing, malformed or given more than once.",
    "invalid_scope": "The scope goes beyond what was granted.",
    "invalid_target": "The resource is none that a token can be had for.",
    "temporarily_unavailable": "The server is busy; try again in a moment.",
    "unauthorized_client": "The client may not ask in this way.",
    "unsupported_grant_type": "The grant_type has to be authorization_code or refresh_token.",
    "unsupported_response_type": "The response_type has to be code.",
    "unsupported_token_type": "Tokens of this type cannot be revoked here.",
}
_ANY_OTHER: Final = OwnText("The request cannot be answered.")


def described(error: OAuth2Error) -> OwnText:
    """Return the text of an error for a person or client."""
    if isinstance(error.description, OwnText):
        return error.description
    return OwnText(_BY_CODE[error.error]) if error.error in _BY_CODE else _ANY_OTHER


def reworded(error: OAuth2Error) -> OAuth2Error:
    """The same error, with this server's text."""
    error.description = described(error)
    return error
