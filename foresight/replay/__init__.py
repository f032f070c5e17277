"""A day lived again: its calls through another flow, with other staff, on a clock that jumps."""
