"""Media files. Nothing is fetched: each file is a second of a tone, with the type that its address ends in."""

import mimetypes
from dataclasses import dataclass, replace

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...public_addresses import reachable
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .speech import wav

routes = Routes()

DEFAULT_TTL_SECS = 2 * 24 * 60 * 60
LONGEST_TTL_SECS = 630_720_000


@dataclass(frozen=True, slots=True)
class MediaFile:
    name: str
    content_type: str
    created_at: float
    updated_at: float
    ttl_secs: int

    @property
    def expires_at(self) -> float:
        return self.updated_at + self.ttl_secs

    def render(self) -> dict[str, object]:
        return {
            "media_name": self.name,
            "content_type": self.content_type,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "expires_at": iso(self.expires_at),
        }


@routes.get("/media")
def list_files(request: Request) -> Reply:
    wanted = request.query.many("filter[content_type]")
    files = [file for file in _kept(request.account).values() if not wanted or file.content_type in wanted]
    meta = {"page_number": 1, "page_size": len(files), "total_pages": 1, "total_results": len(files)}
    return Reply({"data": [file.render() for file in files], "meta": meta})


@routes.post("/media")
def upload(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    content_type = _content_type(request.body.required_text("media_url"))
    name = request.body.text("media_name") or account.ids.uuid("media")
    if name in _kept(account):
        raise SandboxError("10027", "There is a media file of this name.", pointer="/media_name")
    file = MediaFile(name, content_type, now, now, _ttl_secs(request))
    _kept(account)[name] = file
    return data(file.render())


@routes.get("/media/{media_name}")
def get(request: Request) -> Reply:
    return data(_find(request).render())


@routes.put("/media/{media_name}")
def update(request: Request) -> Reply:
    file, address = _find(request), request.body.text("media_url")
    changed = replace(
        file,
        content_type=file.content_type if address is None else _content_type(address),
        updated_at=request.account.clock.now(),
        ttl_secs=_ttl_secs(request, file.ttl_secs),
    )
    _kept(request.account)[file.name] = changed
    return data(changed.render())


@routes.delete("/media/{media_name}")
def delete(request: Request) -> Reply:
    del _kept(request.account)[_find(request).name]
    return Reply(None, 204)


@routes.get("/media/{media_name}/download")
def download(request: Request) -> Reply:
    return Reply(wav(1), media_type=_find(request).content_type)


def _kept(account: Account) -> dict[str, MediaFile]:
    """Forget the files that have expired, and return the others."""
    files, now = account.collection(MediaFile), account.clock.now()
    for name in [name for name, file in files.items() if file.expires_at <= now]:
        del files[name]
    return files


def _find(request: Request) -> MediaFile:
    found = _kept(request.account).get(request.ids["media_name"])
    if found is None:
        raise SandboxError("10005")
    return found


def _content_type(address: str) -> str:
    return mimetypes.guess_type(reachable(address, "/media_url").path)[0] or "audio/wav"


def _ttl_secs(request: Request, default: int = DEFAULT_TTL_SECS) -> int:
    value = request.body.integer("ttl_secs")
    if value is None:
        return default
    if not 1 <= value <= LONGEST_TTL_SECS:
        raise SandboxError("10033", f"ttl_secs must be between 1 and {LONGEST_TTL_SECS}.", pointer="/ttl_secs")
    return value
