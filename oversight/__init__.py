"""Whether every matter got what was promised (七有), and how units did in a month (考核)."""
