"""Discovery: documents about this server that anybody can read before connecting to it."""
