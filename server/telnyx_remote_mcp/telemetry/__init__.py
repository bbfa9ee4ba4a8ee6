"""Telemetry: the server's logs."""
