"""The gate of the MCP endpoints: authenticates requests, limits them, and selects the tools that they see."""
