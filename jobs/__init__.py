"""Durable jobs: rows of the same database, so that work and its reason commit together."""
