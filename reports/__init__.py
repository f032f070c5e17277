"""Every published measure, defined once and walked back to its calls."""
