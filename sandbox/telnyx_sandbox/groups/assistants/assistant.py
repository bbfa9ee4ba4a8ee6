"""An assistant and its versions, of which the last ten are kept."""

from copy import deepcopy
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from .tool import AssistantTool

KEPT_VERSIONS = 10
RESTORABLE_SECS = 30 * 24 * 60 * 60

Settings = dict[str, object]


@dataclass(slots=True)
class Version:
    id: str
    name: str
    created_at: float
    settings: Settings
    """`settings` are as the API shows them; `tools` are the ones that the request gave inline."""
    tool_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Assistant:
    id: str
    created_at: float
    versions: list[Version]
    main_id: str
    tags: list[str] = field(default_factory=list)
    deleted_at: float | None = None
    canary: Settings | None = None
    imported_from: Settings | None = None

    @property
    def main(self) -> Version:
        return self.version(self.main_id)

    def version(self, version_id: str) -> Version:
        for version in self.versions:
            if version.id == version_id:
                return version
        raise SandboxError("10005", "The assistant has no such version.")

    def add(self, version: Version, *, promote: bool) -> None:
        self.versions.append(version)
        if promote:
            self.main_id = version.id
        while len(self.versions) > KEPT_VERSIONS:
            self.versions.remove(next(each for each in self.versions if each.id != self.main_id))

    def promote(self, version_id: str) -> None:
        self.main_id, self.canary = self.version(version_id).id, None

    def render(self, account: Account, version: Version | None = None) -> Settings:
        shown = version or self.main
        return {
            "id": self.id,
            "created_at": iso(self.created_at),
            **shown.settings,
            "tools": tools_of(account, shown),
            "tags": self.tags,
            "version_id": shown.id,
            "version_name": shown.name,
            "version_created_at": iso(shown.created_at),
            **({"import_metadata": self.imported_from} if self.imported_from else {}),
        }

    def render_deleted(self, account: Account) -> Settings:
        deleted_at = self.deleted_at or 0.0
        times = {"deleted_at": iso(deleted_at), "permanently_deleted_at": iso(deleted_at + RESTORABLE_SECS)}
        return {**self.render(account), **times}


def tools_of(account: Account, version: Version) -> list[Settings]:
    """The version's inline tools, followed by the shared ones."""
    inline = version.settings.get("tools")
    own = [{**tool, "shared": False} for tool in inline if isinstance(tool, dict)] if isinstance(inline, list) else []
    kept = account.collection(AssistantTool)
    return [*own, *(kept[each].render_shared() for each in version.tool_ids if each in kept)]


def find(account: Account, assistant_id: str) -> Assistant:
    """The assistant, if it is not deleted."""
    found = account.find(Assistant, assistant_id)
    if found.deleted_at is not None:
        raise SandboxError("10005", "This assistant is deleted; it can be restored.")
    return found


def find_deleted(account: Account, assistant_id: str) -> Assistant:
    found = account.find(Assistant, assistant_id)
    if found.deleted_at is None or account.clock.now() - found.deleted_at > RESTORABLE_SECS:
        raise SandboxError("10005", "There is no deleted assistant of this id.")
    return found


def new_version(account: Account, name: str | None, settings: Settings, tool_ids: list[str]) -> Version:
    now = account.clock.now()
    version_id = account.ids.uuid("assistant_version")
    return Version(version_id, name or f"Version of {iso(now)}", now, deepcopy(settings), list(tool_ids))


def merged(present: Settings, given: Settings) -> Settings:
    """Merge the given settings into the present ones, inside objects too."""
    changed = dict(present)
    for name, value in given.items():
        before = changed.get(name)
        both = isinstance(before, dict) and isinstance(value, dict) and name != "dynamic_variables"
        changed[name] = {**before, **value} if both else value  # type: ignore[dict-item] # both are objects
    return changed
