"""12345 ⇄ 110 ⇄ 12348 and the other partner lines."""
