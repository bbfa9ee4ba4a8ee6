"""Telnyx's error codes, and the exception that a handler raises to answer with one."""

from typing import Final

_Entry = tuple[int, str, str]

ERRORS: Final[dict[str, _Entry]] = {
    "10003": (400, "Invalid URL", "URLs begin with http:// or https:// and have up to 2,000 characters."),
    "10004": (400, "Missing required parameter", "A required parameter is missing."),
    "10005": (404, "Resource not found", "There is no such resource or URL."),
    "10007": (500, "Unexpected error", "Something went wrong inside the service."),
    "10009": (401, "Authentication failed", "The API key is missing or not valid."),
    "10010": (403, "Authorization failed", "The credential does not permit this action."),
    "10011": (429, "Too many requests", "The limit of requests for this window is used up."),
    "10015": (400, "Bad Request", "The request is not well-formed."),
    "10016": (400, "Phone number must be in +E.164 format", "Write the number as + and digits."),
    "10017": (400, "Associated resource does not exist", "The parameter names a resource that is not there."),
    "10020": (400, "Invalid resource type", "The parameter must be a string."),
    "10012": (409, "Duplicate resource", "There is one like it already."),
    "10021": (409, "Resource in use", "The resource is in use and cannot be removed."),
    "10023": (400, "Invalid JSON", "The body is not valid JSON."),
    "10026": (400, "Invalid parameter type", "The parameter has the wrong type."),
    "10027": (422, "Unprocessable Entity", "The request is understood but cannot be carried out."),
    "10029": (415, "Expected JSON Content-Type", "Send the body as 'application/json'."),
    "10030": (405, "Method not allowed", "The URL exists but does not take this method."),
    "10031": (400, "Invalid request filter", "This list has no such filter."),
    "10032": (400, "Invalid enumerated value", "The value is not one of those allowed."),
    "10033": (400, "Value outside of range", "The value is outside the allowed range."),
    "10035": (423, "Resource locked", "The resource has been locked."),
    "10037": (503, "Service unavailable", "The service is unavailable."),
    "20100": (403, "Insufficient Funds", "The balance does not cover this action."),
    "40001": (400, "Not routable", "The destination is a landline or cannot be reached."),
    "40002": (400, "Blocked as spam - temporary", "A spam filter held the message back for now."),
    "40003": (400, "Blocked as spam - permanent", "A spam filter blocks the sending number for good."),
    "40004": (400, "Rejected by destination", "The recipient's server refused the message."),
    "40005": (400, "Message expired during transmission", "The message expired on its way."),
    "40006": (400, "Recipient server unavailable", "The recipient's server does not answer."),
    "40008": (400, "Undeliverable", "The recipient's carrier did not take the message."),
    "40009": (400, "Invalid message body", "The body of the message was refused."),
    "40010": (400, "Not 10DLC registered", "The carrier asks for a 10DLC registration of the sender."),
    "40011": (400, "Too many requests", "The upstream rate limit was exceeded."),
    "40012": (400, "Invalid messaging destination number", "The carrier refused the destination."),
    "40013": (400, "Invalid messaging source number", "The carrier refused the sender."),
    "40014": (400, "Message expired in queue", "The message expired before it was sent."),
    "40015": (400, "Blocked as spam - internal", "The platform's own spam filter held the message back."),
    "40100": (400, "Number not messaging enabled.", "The sender is on no messaging profile."),
    "40300": (409, "Blocked due to STOP message", "The recipient has opted out of this sender."),
    "40301": (400, "Unsupported message type for the 'to' address", "This sender cannot reach that country."),
    "40302": (400, "Message too large", "The text needs more than 10 parts."),
    "40305": (400, "Invalid 'from' address", "The sender is not on the messaging profile."),
    "40309": (400, "Invalid destination region", "The profile does not whitelist this country."),
    "40310": (400, "Invalid 'to' address", "'to' takes one number in +E.164 format or a short code."),
    "40312": (400, "Messaging profile is disabled", "The messaging profile is switched off."),
    "40315": (400, "Unhealthy 'from' address", "The sender did not pass the health check."),
    "40316": (400, "No content provided for message", "Give 'text', 'media_urls' or both."),
    "40317": (400, "Invalid MMS content", "An MMS takes up to 10 media URLs."),
    "40318": (429, "Message queue full", "The queue is full; wait before sending again."),
    "40320": (400, "Temporarily unusable 'from' address", "The sender cannot be used at the moment."),
    "40321": (400, "No usable numbers on messaging profile", "The profile's number pool is off or empty."),
    "40322": (400, "Blocked due to content", "The content of the message is not allowed."),
    "40325": (400, "Invalid alphanumeric sender ID", "A sender ID has 1 to 11 letters, digits and spaces."),
    "40329": (400, "Tollfree number is not verified", "The toll-free sender needs verification."),
    "40330": (400, "Tollfree number is not provisioned", "The toll-free sender is not ready yet."),
    "40331": (400, "Missing whitelisted destinations", "The profile whitelists no country."),
    "40333": (400, "Messaging profile spend limit reached", "The profile's daily limit would be exceeded."),
    "41000": (400, "WhatsApp Error", "Meta refused the message."),
    "85000": (400, "Must search phone number via search API first", "Search for the number before ordering it."),
    "85001": (400, "Phone numbers not available", "The number is no longer for sale."),
    "85003": (400, "Regulatory requirements already satisfied", "Nothing is missing for this order."),
    "85004": (400, "Invalid connection id provided", "There is no such connection."),
    "85005": (400, "Invalid messaging profile id provided", "There is no such messaging profile."),
    "85006": (400, "The phone number is already reserved", "A reservation holds this number."),
    "85007": (400, "Reservation limit exceeded", "Too many numbers are held already."),
    "85008": (400, "Reservation extension limit exceeded", "The reservation cannot be extended again."),
    "90009": (422, "Invalid value for loop", "'loop' is 'infinity' or an integer from 1 to 100."),
    "90015": (422, "Invalid Call Control ID", "There is no call with this call_control_id."),
    "90017": (422, "Invalid value for client_state", "'client_state' must be a valid base64 string."),
    "90018": (422, "Call has already ended", "The call has ended and takes no commands any more."),
    "90019": (422, "Conference has already ended", "The conference has ended and takes no commands any more."),
    "90020": (422, "Call recording triggered before audio started", "A recording needs audio on the call."),
    "90031": (422, "Call is not currently forked", "There is no fork to stop."),
    "90032": (422, "Too many conference participants", "The conference is full."),
    "90033": (422, "Conference has no active participants", "Nobody is in the conference."),
    "90034": (422, "Call has not been answered yet", "Wait for the answer before sending this command."),
    "90035": (422, "Call not in queue", "The call is in no queue."),
    "90036": (422, "Queue full", "The queue takes no more calls."),
    "90037": (422, "Queue max_size cannot be modified", "The queue exists with another max_size."),
    "90038": (422, "Call already in queue", "The call is in that queue already."),
    "90041": (403, "User termination channels limit exceeded", "Too many calls of the account at once."),
    "90042": (403, "Outbound voice profile channels limit exceeded", "Too many calls of the profile at once."),
    "90043": (403, "Connection outbound channels limit exceeded", "Too many calls of the connection at once."),
    "90044": (422, "Conference join not allowed", "The call is in this conference already."),
    "90045": (422, "Media Streaming is used.", "The call is streamed already."),
    "90048": (422, "Media Streaming is not used.", "The call is not streamed."),
    "90053": (
        422, "Call recording triggered with 'timeout_secs' while transcribing",
        "A transcribed call cannot be recorded with 'timeout_secs'.",
    ),
    "90054": (422, "Call Transcription is already in progress", "The call is being transcribed already."),
    "90055": (422, "Call transcription can not be stopped", "A recording with 'timeout_secs' needs it."),
    "90058": (422, "Invalid conference_id", "There is no such conference."),
    "90102": (422, "Command is invalid", "Only inbound calls can be answered or rejected."),
}  # fmt: skip


def describe(
    code: str, detail: str | None = None, *, pointer: str | None = None, parameter: str | None = None
) -> dict[str, object]:
    """One entry of an `errors` list."""
    _, title, default = ERRORS[code]
    error: dict[str, object] = {"code": code, "title": title, "detail": detail or default}
    if pointer is not None:
        error["source"] = {"pointer": pointer}
    elif parameter is not None:
        error["source"] = {"parameter": parameter}
    error["meta"] = {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"}
    return error


class SandboxError(Exception):
    """An error answer: a code of `ERRORS`, and which body field or query parameter it is about."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        pointer: str | None = None,
        parameter: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status or ERRORS[code][0]
        self.detail = detail or ERRORS[code][2]
        self.payload: dict[str, object] = {"errors": [describe(code, detail, pointer=pointer, parameter=parameter)]}
