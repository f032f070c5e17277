"""The machine: what is installed on it, which processes run, and whether they are healthy."""
