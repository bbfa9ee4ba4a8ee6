"""Telnyx's sign-in: the authorization server under `/v2/oauth`, and its consent page."""
