"""The rules for user names and passwords of credential connections."""

import re

from ...errors import SandboxError
from ...request import Request
from .connection import Connection
from .kinds import CREDENTIAL, Kind

_USER_NAME = re.compile(r"[A-Za-z0-9]{4,32}")
SHORTEST, LONGEST = 8, 128


def check(request: Request, kind: Kind, changed: Connection | None) -> None:
    if kind is not CREDENTIAL:
        return
    user_name, password = request.fields.get("user_name"), request.fields.get("password")
    if user_name is not None and not _USER_NAME.fullmatch(str(user_name)):
        raise SandboxError("10015", "A user name has 4 to 32 letters and digits.", pointer="/user_name")
    if password is not None and not SHORTEST <= len(str(password)) <= LONGEST:
        raise SandboxError("10015", f"A password has {SHORTEST} to {LONGEST} characters.", pointer="/password")
    others = [each for each in request.account.collection(Connection).values() if each is not changed]
    if user_name is not None and any(other.settings.get("user_name") == user_name for other in others):
        raise SandboxError("10027", "This user name is taken.", pointer="/user_name")
