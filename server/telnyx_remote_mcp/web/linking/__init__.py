"""The pages on which a person links a Telnyx account to an agent, sees the agents, and takes the access back."""
