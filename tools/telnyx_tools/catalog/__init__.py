"""The catalog of every operation of the Telnyx API: search it, describe and validate operations, make examples."""

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation, Paging, Schema

__all__ = ["Catalog", "Operation", "Paging", "Schema"]
