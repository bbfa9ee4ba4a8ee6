"""FQDNs: host names that an FQDN connection's calls go to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Fqdn:
    id: str
    connection_id: str
    fqdn: str
    dns_record_type: str
    port: int
    created_at: float
    updated_at: float
