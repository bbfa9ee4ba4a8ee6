"""Who is calling, and with which Telnyx credential."""
