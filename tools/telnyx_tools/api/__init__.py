"""The REST client, through which tools send every request to Telnyx."""
