"""Incidents: what many call about at once, its one ticket, and who was counted with it."""
