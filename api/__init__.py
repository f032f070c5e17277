"""HTTP, thin: parse, ask, render; who asks, and whether they may, is found out at the door."""
