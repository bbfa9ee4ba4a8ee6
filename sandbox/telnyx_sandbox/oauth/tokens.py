"""Authorization codes, and the access and refresh tokens for sandbox accounts."""

import secrets
from dataclasses import dataclass
from typing import Final

from joserfc import jwt
from joserfc.jwk import ECKey

from ..clock import Clock
from ..ids import Sequence

CODE_SECS: Final = 60
ACCESS_SECS: Final = 1_800


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's consent: a client may use the account of `key` within these scopes."""

    key: str
    client_id: str
    redirect_uri: str
    scope: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Access:
    """The access that a valid token gives. `expires_at` is in seconds of the sandbox's time."""

    consent: Consent
    claims: dict[str, object]
    expires_at: float


class Tokens:
    """Issues codes and tokens. A code works once within a minute, an access token for 1,800 seconds, a refresh token
    once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._signing_key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._codes: dict[str, tuple[Consent, float]] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Consent] = {}

    @property
    def jwks(self) -> dict[str, object]:
        return {"keys": [self._signing_key.as_dict(private=False)]}

    def code(self, consent: Consent) -> str:
        code = secrets.token_urlsafe(32)
        self._codes[code] = (consent, self._clock.now() + CODE_SECS)
        return code

    def redeem(self, code: str) -> Consent | None:
        """The consent that belongs to the code. A code works only once."""
        consent, expires_at = self._codes.pop(code, (None, 0.0))
        return consent if self._clock.now() < expires_at else None

    def refreshed(self, refresh_token: str) -> Consent | None:
        """The consent that belongs to the refresh token. It works only once."""
        return self._refresh.pop(refresh_token, None)

    def issue(self, consent: Consent, issuer: str) -> dict[str, object]:
        """The answer of the token endpoint."""
        now = self._clock.now()
        claims: dict[str, object] = {
            "iss": issuer,
            "sub": Sequence(consent.key).owner_id,
            "aud": issuer,
            "client_id": consent.client_id,
            "scope": consent.scope,
            "iat": int(now),
            "exp": int(now) + ACCESS_SECS,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": "ES256", "kid": self._signing_key.kid, "typ": "at+jwt"}
        access_token = jwt.encode(header, claims, self._signing_key)
        refresh_token = secrets.token_urlsafe(32)
        self._access[access_token] = Access(consent, claims, now + ACCESS_SECS)
        self._refresh[refresh_token] = consent
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECS,
            "refresh_token": refresh_token,
            "scope": consent.scope,
        }

    def find(self, access_token: str) -> Access | None:
        """The access that a token gives; None if it is not valid."""
        access = self._access.get(access_token)
        return access if access is not None and self._clock.now() < access.expires_at else None
