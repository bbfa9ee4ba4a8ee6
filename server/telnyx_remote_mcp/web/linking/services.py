"""The services that the pages use."""

from dataclasses import dataclass, field
from functools import cached_property

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.auth.account_rules import AccountRules
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.scopes import Scopes
from telnyx_remote_mcp.auth.telnyx_accounts import TelnyxAccounts
from telnyx_remote_mcp.auth.telnyx_sign_in import TelnyxSignIn
from telnyx_remote_mcp.events.owner_phone import OwnerPhones
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.rates import Rates
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_remote_mcp.web.linking.browser import Browsers
from telnyx_remote_mcp.web.linking.pages import Pages
from telnyx_remote_mcp.web.linking.requests import Requests
from telnyx_remote_mcp.web.linking.sealed_forms import SealedForms
from telnyx_remote_mcp.web.linking.sessions import Sessions
from telnyx_tools.api.client import Api


class PageParts:
    """The parts that every page for people needs, made from a server's settings, store and secret."""

    settings: Settings
    store: Store
    secret: Secret

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.secret)

    @cached_property
    def rates(self) -> Rates:
        return Rates(self.store, self.secret)

    @cached_property
    def pages(self) -> Pages:
        return Pages(sandbox=self.settings.sandbox, base_path=self.settings.base_path)

    @cached_property
    def browsers(self) -> Browsers:
        secure = self.settings.url.startswith("https:")
        return Browsers(self.secret.name_key("cookie"), secure=secure, base_path=self.settings.base_path)

    @cached_property
    def sealed_forms(self) -> SealedForms:
        return SealedForms(self.vault)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.store, self.vault, self.browsers)


@dataclass(frozen=True)
class Services(PageParts):
    """What the linking pages work with, one per process. Without `sign_in`, accounts are linked only by API key."""

    settings: Settings
    surfaces: Surfaces
    requests: Requests
    grants: Grants
    keys: ApiKeys
    api: Api
    store: Store
    secret: Secret = field(repr=False)
    sign_in: TelnyxSignIn | None = None
    phones: OwnerPhones | None = None
    """With it, owners are asked by text as well."""
    activity: Activity | None = None
    """Without it, the activity page reads the audit log of this replica."""
    meter: Meter = UNMEASURED

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.surfaces)

    @cached_property
    def accounts(self) -> TelnyxAccounts:
        return TelnyxAccounts(self.store, self.vault, self.secret)

    @cached_property
    def account_rules(self) -> AccountRules:
        return AccountRules(self.store, self.secret)
