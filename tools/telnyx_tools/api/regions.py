"""The regions of cloud storage, their hosts, and a cache of the regions of buckets."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Literal, get_args

from telnyx_tools.api.hosts import checked_upstream

Region = Literal["us-central-1", "us-east-1", "us-west-1", "eu-central-1", "ap-southeast-1", "ca-central-1"]
REGIONS: Final[tuple[Region, ...]] = get_args(Region)
ANY: Final[Region] = "us-central-1"
"""The region to ask for what every region answers alike: the list of buckets, and the region of one."""
OLDEST: Final[Region] = "us-east-1"
"""The region that an empty location means in S3."""

ENDPOINT = "https://{region}.telnyxcloudstorage.com"
MOST_HOMES = 4_096


class StorageHosts:
    """The hosts of all regions. Raises ValueError if credentials may not be sent to one of them (see `hosts`)."""

    def __init__(self, endpoint: str = ENDPOINT, *, allow_custom: bool = False) -> None:
        self._urls = {
            region: str(checked_upstream(endpoint.replace("{region}", region), allow_custom=allow_custom))
            for region in REGIONS
        }
        self._homes: OrderedDict[tuple[str, str], Region] = OrderedDict()

    def url(self, region: Region) -> str:
        return self._urls[region]

    def home(self, principal: str, bucket: str) -> Region | None:
        """The region of a bucket, if this caller has learned it before."""
        return self._homes.get((principal, bucket))

    def settle(self, principal: str, bucket: str, region: Region) -> None:
        """Cache the region of a bucket. Beyond `MOST_HOMES` entries the oldest are dropped."""
        self._homes[principal, bucket] = region
        self._homes.move_to_end((principal, bucket))
        if len(self._homes) > MOST_HOMES:
            self._homes.popitem(last=False)

    def forget(self, principal: str, bucket: str) -> None:
        self._homes.pop((principal, bucket), None)


def known_region(name: str) -> Region | None:
    """The region of that name; None if it is not a region to which credentials may be sent."""
    return next((region for region in REGIONS if region == name), None)
