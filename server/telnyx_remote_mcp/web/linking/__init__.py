"""The pages on which a person links a Telnyx account to an agent, sees the connected agents, and revokes access."""
