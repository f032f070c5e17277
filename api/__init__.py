"""HTTP, thin: parse, ask, render. Reads only, loopback only: there are no users yet."""
