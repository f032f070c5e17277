"""One call, one ticket (工单)."""
