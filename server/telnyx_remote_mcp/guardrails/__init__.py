"""Guardrails: the steps that keep an agent from doing harm."""
