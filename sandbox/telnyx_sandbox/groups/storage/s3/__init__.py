"""The S3 endpoint: what `https://{region}.telnyxcloudstorage.com` is to Telnyx."""

from .app import REGIONS, Storage

__all__ = ["REGIONS", "Storage"]
