"""Every setting in one place, with its name, flag, environment variable and default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from telnyx_remote_mcp.surface.kinds import Kind
from telnyx_remote_mcp.surface.limits import Limit, limits
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_tools.api.regions import ENDPOINT


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


_BASE_URL = re.compile(
    r"(https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])|http://(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
)
_SERVER_NAME = re.compile(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+")
_MAX_SERVER_NAME = 150
"""The name on a server card may have 200 characters, and those of group endpoints end with the group's name."""

SECRETS = ("api_key", "secret", "redis_url", "telnyx_client_secret")
"""Settings that are never command line options, nor in the environment of a child process: others on the machine can
read both."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
"""Hosts to listen on that stand for every address of the machine: nobody can connect to them."""

_SERVICE_LINK = re.compile(
    r"TELNYX_MCP_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_SERVICE_PORT = re.compile(r"(tcp|udp|sctp)://.*")
"""The variables that Kubernetes sets in every container for a Service whose name begins with telnyx-mcp."""

Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
"""A list, written with commas in a flag or an environment variable."""


def _data_dir() -> Path:
    return Path("~/.local/share/telnyx-mcp-server").expanduser()


class Settings(BaseSettings):
    """The server's settings. A flag wins over the environment. A file is only read if it is named."""

    model_config = SettingsConfigDict(env_prefix="TELNYX_MCP_", populate_by_name=True, extra="ignore")

    # What is served
    groups: Names = Field([], description="only these tool groups, whole")
    tools: Names = Field([], description="only these tools (besides the groups)")
    exclude_tools: Names = Field([], description="never these tools")
    read_only: bool = Field(False, description="only tools that change nothing")

    allow: Annotated[list[Kind], NoDecode, BeforeValidator(_split)] = Field(
        [],
        description="kinds of sensitive operations that agents may call: access, payment, limits, credentials, "
        "transfer, bulk, watchers",
    )
    policy: Path | None = Field(None, description="a TOML file that says what runs, what asks first, what is refused")
    account_access: bool = Field(False, description="the earlier way to say --allow access")

    # Where Telnyx is
    api_key: str | None = Field(
        None,
        validation_alias=AliasChoices("TELNYX_API_KEY"),
        description="the key used over stdio",
        repr=False,
    )
    api_base_url: str = Field(
        "https://api.telnyx.com/v2",
        validation_alias=AliasChoices("TELNYX_API_BASE_URL", "TELNYX_API_BASE", "TELNYX_BASE_URL"),
        description="base URL of the Telnyx API",
    )
    storage_endpoint: str = Field(
        ENDPOINT,
        validation_alias=AliasChoices("TELNYX_STORAGE_ENDPOINT"),
        description="base URL of cloud storage (S3), with {region} where the region goes",
    )
    allow_custom_upstream: bool = Field(
        False, description="let api_base_url and storage_endpoint be hosts outside telnyx.com"
    )

    telnyx_client_id: str | None = Field(
        None,
        validation_alias=AliasChoices("TELNYX_CLIENT_ID"),
        description="this server's OAuth client at Telnyx, with which people sign in there",
    )
    telnyx_client_secret: str | None = Field(
        None,
        validation_alias=AliasChoices("TELNYX_CLIENT_SECRET"),
        description="the secret of that client, where it is a confidential one",
        repr=False,
    )

    # What it may touch on this machine, over stdio
    file_roots: Names = Field([], description="directories whose files tools may read and write, over stdio only")

    # How it is reached over HTTP
    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    workers: int = Field(1, ge=1, le=64, description="worker processes")
    public_url: str | None = Field(None, description="the https URL that people reach this server by")
    oauth: Literal["embedded", "off"] | None = Field(
        None, description="let people connect by signing in; default: embedded with an https public_url or on loopback"
    )
    access_token_minutes: int = Field(
        60, ge=1, le=1_440, description="how long an access token lives; ending a connection stops it within seconds"
    )
    client_documents: Literal["on", "off"] = Field(
        "on", description="take clients that describe themselves in a document on their own site, fetched over https"
    )
    drain_secs: int = Field(
        0, ge=0, le=300, description="how long requests are still taken after SIGTERM, while /readyz says no"
    )
    allowed_hosts: Names = Field([], description="further Host values to answer to, host or host:port")
    allowed_origins: Names = Field([], description="browser origins that may call, such as https://app.example.com")
    trusted_proxies: Names = Field([], description="addresses or networks whose X-Forwarded-For is believed")
    stateful: bool | None = Field(
        None, description="keep sessions of older clients; default: with one worker and no Redis"
    )
    max_body_bytes: int = Field(1_048_576, ge=1_024, description="largest request body")
    rate_limit_per_minute: int = Field(
        600, ge=1, description="requests per minute and account: of all replicas with Redis, else of each worker"
    )

    duplicate_window_secs: int = Field(
        30, ge=0, le=86_400, description="how long the same call that spends is answered and not made again; 0: never"
    )

    quotas: Names = Field(
        ["messages=1000/hour", "calls=300/hour", "purchases=100/day", "changes=3000/hour"],
        description="how much an account may do: messages, calls, purchases, changes, spend, as spend=50/day; or none",
    )
    dry_run: bool = Field(False, description="show what calls would send that do not only read, and send nothing")

    # What it keeps and says
    data_dir: Path = Field(default_factory=_data_dir, description="where the server keeps its secret and its data")
    audit: Literal["on", "stderr", "off"] | None = Field(
        None, description="a record of every call: in data_dir, or lines on stderr; default: where data_dir is writable"
    )
    audit_days: int = Field(90, ge=1, le=3_650, description="how long the records of a day are kept")
    secret: str | None = Field(None, description="32 bytes or more, shared by all replicas", repr=False)
    redis_url: str | None = Field(
        None, description="redis:// or rediss:// URL where all replicas keep their data, instead of a file", repr=False
    )
    webhook_public_key: str | None = Field(
        None, description="the public key that Telnyx signs webhooks with, where an account cannot be asked for its own"
    )
    server_name: str = Field("local.telnyx/mcp", description="name on the server card")
    operator: str | None = Field(None, description="who runs this server, as its page says")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="port of its own where Prometheus collects /metrics; 0 takes a free one"
    )
    metrics_host: str = Field("127.0.0.1", min_length=1, description="address of that port")
    traces: Literal["on", "off"] = Field(
        "off", description="send spans by OTLP, as the OTEL_ variables say; needs the extra otel"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")
    sandbox: bool = Field(False, description="play against a local Telnyx sandbox instead of the real API")

    @field_validator("port", mode="before")
    @classmethod
    def _not_of_a_service(cls, value: object) -> object:
        """Ignore the address that Kubernetes puts into this variable for a Service called telnyx-mcp."""
        return cls.model_fields["port"].default if isinstance(value, str) and _SERVICE_PORT.fullmatch(value) else value

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if _BASE_URL.fullmatch(value) is None:
            raise ValueError("must be an https URL (http only on loopback), such as https://mcp.example.com")
        return value.rstrip("/")

    @field_validator("server_name")
    @classmethod
    def _in_reverse_dns(cls, value: str) -> str:
        if _SERVER_NAME.fullmatch(value) is None or len(value) > _MAX_SERVER_NAME:
            raise ValueError("must be a name in reverse DNS with one slash, such as com.example/telnyx")
        return value

    @field_validator("redis_url")
    @classmethod
    def _with_one_secret_for_all(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("secret") is None:
            raise ValueError("needs TELNYX_MCP_SECRET, the same for all replicas; make one with: openssl rand -hex 32")
        return value

    @field_validator("quotas")
    @classmethod
    def _as_limits(cls, value: list[str]) -> list[str]:
        limits(value)
        return value

    @property
    def limits(self) -> list[Limit]:
        """The quotas, parsed."""
        return limits(self.quotas)

    @property
    def url(self) -> str:
        """The published base URL, never taken from a request.

        Without a `public_url` it is the address where the server listens; `localhost` if that is every address.
        """
        host = "localhost" if self.host in ANY_ADDRESS else f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def webhook_base(self) -> str | None:
        """The base URL at which Telnyx can reach this server; None if it cannot.

        An API on this machine can reach it without a `public_url`, unless `url_is_unknown`.
        """
        upstream_is_here = urlsplit(self.api_base_url).hostname in LOOPBACK
        return self.public_url or (self.url if upstream_is_here and not self.url_is_unknown else None)

    @property
    def url_is_unknown(self) -> bool:
        """Whether other machines can connect, but nobody set the URL for that."""
        return self.public_url is None and self.host in ANY_ADDRESS

    @property
    def base_path(self) -> str:
        """The path of the published URL, which a proxy strips; "" if it has none."""
        return urlsplit(self.url).path

    @property
    def allowed_kinds(self) -> frozenset[str]:
        """The kinds of sensitive operations that may be called."""
        return frozenset(self.allow) | ({"access"} if self.account_access else frozenset())

    @property
    def ceiling(self) -> Selection:
        """The operator's selection of tools, which no caller can exceed."""
        return Selection(
            groups=tuple(self.groups),
            tools=tuple(self.tools),
            exclude_tools=tuple(self.exclude_tools),
            read_only=self.read_only,
        )

    @property
    def serves_oauth(self) -> bool:
        """Return whether people can sign in instead of pasting a key. Raises ValueError if that is set but not safe."""
        safe = is_secure(self.url) and not self.url_is_unknown
        if self.oauth == "embedded" and not safe:
            raise ValueError("--oauth embedded needs https: give --public-url, or listen on loopback")
        return safe if self.oauth is None else self.oauth == "embedded"

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, from which another process reads the same settings.

        They leave out `api_key`: over HTTP every caller brings a key.
        """
        return {
            variable(name): ",".join(value) if isinstance(value, list) else str(value)
            for name, value in self.model_dump(exclude={"api_key"}).items()
            if value is not None
        }

    @property
    def keeps_sessions(self) -> bool:
        """Whether sessions of older clients are kept: by default, where no other worker or replica may get the next
        request of one."""
        alone = self.workers == 1 and self.redis_url is None
        return alone if self.stateful is None else self.stateful


def is_secure(url: str) -> bool:
    """Return whether nobody can read what is sent to the URL on its way: it is https, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def unknown_variable(environment: Mapping[str, str | None]) -> str | None:
    """Return an error for the first TELNYX_MCP_* variable that is no setting: typos must not pass silently."""
    known = {variable(name) for name in Settings.model_fields}
    for name, value in environment.items():
        if name.upper().startswith("TELNYX_MCP_") and name.upper() not in known and not is_service_link(name, value):
            close = get_close_matches(name.upper(), known, n=1)
            return f"There is no setting {name}.{f' Did you mean {close[0]}?' if close else ''}"
    return None


def is_service_link(name: str, value: str | None) -> bool:
    """Whether Kubernetes set the variable for a Service, so that it is not meant as a setting."""
    return _SERVICE_LINK.fullmatch(name) is not None or (
        name.startswith("TELNYX_MCP_") and name.endswith("_PORT") and _SERVICE_PORT.fullmatch(value or "") is not None
    )


def variable(name: str) -> str:
    """The environment variable of a setting; if there are several, the one that wins."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"TELNYX_MCP_{name.upper()}"
