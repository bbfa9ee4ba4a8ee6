"""The authorization server (OAuth 2.1): it registers clients, and issues tokens for what a person granted."""
