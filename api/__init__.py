"""HTTP, thin: parse, authorize, call, render."""
