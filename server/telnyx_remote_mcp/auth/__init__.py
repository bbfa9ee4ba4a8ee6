"""Authentication: finds out who is calling, and with which Telnyx credential."""
