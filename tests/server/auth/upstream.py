"""A Telnyx of our own that only knows which keys are genuine: as a check, and as an HTTP server."""

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_tools.api.credential import Credential


class Telnyx:
    """Gives verdicts, and keeps which keys it was shown."""

    def __init__(self, *genuine: str) -> None:
        self.genuine = set(genuine)
        self.down = False
        self.shown: list[str] = []

    async def check(self, credential: Credential) -> Verdict:
        self.shown.append(credential.secret)
        if self.down:
            return Verdict.UNKNOWN
        return Verdict.GENUINE if credential.secret in self.genuine else Verdict.DEAD


class BalanceServer:
    """Answers `GET /v2/balance` with `status`, or with 401 to a key that is not genuine."""

    def __init__(self, *genuine: str, status: int = 200) -> None:
        self.genuine = set(genuine)
        self.status = status
        self.shown: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (scope["method"], scope["path"]) == ("GET", "/v2/balance")
        key = dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer ")
        self.shown.append(key)
        await self._response(key)(scope, receive, send)

    def _response(self, key: str) -> Response:
        if self.status == 200 and key not in self.genuine:
            error = {"code": "10009", "title": "Authentication failed", "detail": "No such key."}
            return JSONResponse({"errors": [error]}, status_code=401)
        if self.status == 204:
            return Response(status_code=204)
        return JSONResponse({"data": {"balance": "1.00", "currency": "USD"}}, status_code=self.status)
