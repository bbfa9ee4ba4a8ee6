"""Verifications by one-time code.

Nothing is sent. The code is the end of the phone number, with as many digits as the profile says (5 by default):
+12025550123 gets 50123. A `custom_code` is the code itself. A code works once, until the verification's `timeout_secs`
are over; every other code is rejected.
"""

import re
from collections.abc import Callable

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..inventory.countries import country_of
from .profiles import CHANNELS, VerifyProfile
from .verification import Verification

routes = Routes()

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


def _start(channel: str) -> Callable[[Request], Reply]:
    def start(request: Request) -> Reply:
        account, body, now = request.account, request.body, request.account.clock.now()
        number, profile_id = body.required_text("phone_number"), body.required_text("verify_profile_id")
        if not _E164.fullmatch(number):
            raise SandboxError("10016", pointer="/phone_number")
        profile = account.collection(VerifyProfile).get(profile_id)
        if profile is None:
            raise SandboxError("10017", "No such verify profile.", pointer="/verify_profile_id")
        custom_code, timeout = body.text("custom_code"), _timeout(request)
        verification = Verification(
            id=account.ids.uuid("verification"),
            channel=channel,
            phone_number=number,
            country=country_of(number),
            profile_id=profile.id,
            code=custom_code or number[-profile.code_length(channel) :],
            custom_code=custom_code,
            timeout_secs=profile.timeout_secs(channel) if timeout is None else timeout,
            created_at=now,
        )
        account.charge(verification.cost)
        account.collection(Verification)[verification.id] = verification
        return data(verification.render(now))

    return start


for _channel in CHANNELS:
    routes.post(f"/verifications/{_channel}")(_start(_channel))


@routes.get("/verifications/{verification_id}")
def get(request: Request) -> Reply:
    verification = request.account.find(Verification, request.ids["verification_id"])
    return data(verification.render(request.account.clock.now()))


@routes.post("/verifications/{verification_id}/actions/verify")
def check(request: Request) -> Reply:
    verification = request.account.find(Verification, request.ids["verification_id"])
    return _check(request, verification)


@routes.get("/verifications/by_phone_number/{phone_number}")
def list_by_number(request: Request) -> Reply:
    found = _of_number(request.account, request.ids["phone_number"])
    now = request.account.clock.now()
    meta = {"page_number": 1, "page_size": max(1, len(found)), "total_pages": 1, "total_results": len(found)}
    return Reply({"data": [verification.render(now) for verification in found], "meta": meta})


@routes.post("/verifications/by_phone_number/{phone_number}/actions/verify")
def check_by_number(request: Request) -> Reply:
    profile_id = request.body.required_text("verify_profile_id")
    for verification in _of_number(request.account, request.ids["phone_number"]):
        if verification.profile_id == profile_id:
            return _check(request, verification)
    raise SandboxError("10005", "No verification of this number was started on this profile.")


def _check(request: Request, verification: Verification) -> Reply:
    accepted = verification.check(request.body.required_text("code"), request.account.clock.now())
    response = "accepted" if accepted else "rejected"
    return data({"phone_number": verification.phone_number, "response_code": response})


def _of_number(account: Account, number: str) -> list[Verification]:
    """The verifications of a number, the latest first."""
    every = account.collection(Verification).values()
    return [verification for verification in reversed(every) if verification.phone_number == number]


def _timeout(request: Request) -> int | None:
    body = request.json
    timeout = body.get("timeout_secs") if isinstance(body, dict) else None
    return int(timeout) if timeout else None
