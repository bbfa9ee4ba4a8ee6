"""Changes of an assistant: reads its settings from the body of a request."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...request import Request
from ..connections import connection
from ..connections.connection import Connection
from ..connections.kinds import TEXML
from ..connections.outbound_voice_profile import OutboundVoiceProfile
from ..embeddings.integration_secrets import has_secret
from ..inference.models import CHAT
from ..messaging_profiles.profiles import MessagingProfile
from ..messaging_profiles.profiles import create as create_profile
from .assistant import Settings
from .mcp_server import McpServer
from .tool import AssistantTool

_APART = {"promote_to_main", "version_name", "tool_ids", "tags"}
"""Fields of a request that are not settings of a version."""
_FEATURES: list[object] = ["telephony", "messaging"]


def read_settings(request: Request) -> Settings:
    """The settings that the body names. Raises SandboxError if it refers to something that does not exist."""
    account, body = request.account, request.body
    _check_references(account, body)
    given = request.json if isinstance(request.json, dict) else {}
    return {name: value for name, value in given.items() if name not in _APART and value is not None}


def read_tool_ids(account: Account, body: Body) -> list[str] | None:
    wanted = body.texts("tool_ids")
    for index, tool_id in enumerate(wanted or ()):
        if tool_id not in account.collection(AssistantTool):
            raise SandboxError("10017", f"There is no tool {tool_id}.", pointer=f"/tool_ids/{index}")
    return wanted


def complete(account: Account, given: Settings) -> Settings:
    """The settings of a new assistant: those given, Telnyx's defaults for the rest, an application and a profile."""
    settings: Settings = {
        "description": "",
        "model": CHAT[0].id,
        "greeting": "Hello, how can I help you today?",
        "enabled_features": _FEATURES,
        "dynamic_variables": {},
        "tools": [],
        "mcp_servers": [],
        "privacy_settings": {"data_retention": True, "pii_redaction": "disabled"},
        "transcription": {"model": "deepgram/flux", "language": "en"},
        **given,
        "voice_settings": {"voice": "Telnyx.KokoroTTS.af_heart", **_object(given, "voice_settings")},
    }
    return with_addresses(account, settings)


def with_addresses(account: Account, settings: Settings) -> Settings:
    """Add a TeXML application and a messaging profile, which Telnyx makes if the request names none."""
    telephony, messaging = _object(settings, "telephony_settings"), _object(settings, "messaging_settings")
    name = f"{settings['name']} (assistant)"
    if not telephony.get("default_texml_app_id"):
        telephony["default_texml_app_id"] = _application(account, name).id
    if not messaging.get("default_messaging_profile_id"):
        messaging["default_messaging_profile_id"] = create_profile(account, name, ["US", "CA"]).id
    return {**settings, "telephony_settings": telephony, "messaging_settings": messaging}


def check_model(settings: Settings) -> None:
    """Raises SandboxError for a model that is not Telnyx's, unless a key of another provider is given."""
    elsewhere = settings.get("llm_api_key_ref") or settings.get("external_llm")
    if not elsewhere and settings.get("model", CHAT[0].id) not in {model.id for model in CHAT}:
        detail = f"The model {str(settings.get('model'))[:100]} is not available for inference."
        raise SandboxError("10027", detail, pointer="/model")


def let_answer(account: Account, assistant_id: str, settings: Settings) -> None:
    """Point the application made for the assistant at its document, which then answers arriving calls."""
    application = account.collection(Connection)[str(_object(settings, "telephony_settings")["default_texml_app_id"])]
    if not application.settings.get("voice_url"):
        application.settings["voice_url"] = f"https://api.telnyx.com/v2/ai/assistants/{assistant_id}/texml"


def _object(settings: Settings, name: str) -> Settings:
    found = settings.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _application(account: Account, name: str) -> Connection:
    """Create the TeXML application, which calls through the account's first outbound voice profile."""
    application = connection.create(account, TEXML, name)
    profile = next(iter(account.collection(OutboundVoiceProfile)), None)
    application.outbound_voice_profile_id = profile
    application.settings["outbound"] = {"channel_limit": None, "outbound_voice_profile_id": profile}
    return application


def _check_references(account: Account, body: Body) -> None:
    secret = body.text("llm_api_key_ref")
    if secret and not has_secret(account, secret):
        raise SandboxError("10017", "There is no integration secret of this identifier.", pointer="/llm_api_key_ref")
    for index, server in enumerate(body.objects("mcp_servers")):
        if server.text("id") not in account.collection(McpServer):
            raise SandboxError("10017", "There is no such MCP server.", pointer=f"/mcp_servers/{index}/id")
    _check(account, body, "telephony_settings", "default_texml_app_id", Connection)
    _check(account, body, "messaging_settings", "default_messaging_profile_id", MessagingProfile)


def _check(account: Account, body: Body, part: str, name: str, kind: type[object]) -> None:
    inner = body.object(part)
    wanted = inner.text(name) if inner else None
    if inner and wanted and wanted not in account.collection(kind):
        raise SandboxError("10017", f"There is no {name} {wanted}.", pointer=inner.pointer(name))
