"""Compares the server with a bare proxy and with FastMCP: `python -m bench`."""
