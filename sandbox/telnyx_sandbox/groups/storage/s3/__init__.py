"""The S3 endpoint, which takes the place of `https://{region}.telnyxcloudstorage.com`."""

from .app import REGIONS, Storage

__all__ = ["REGIONS", "Storage"]
