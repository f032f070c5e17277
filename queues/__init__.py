"""Agents, queues, and the ledger of what happened to every call."""
