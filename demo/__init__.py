"""A published half-year of a real city as ordinary rows, for a home that has none of its own yet.

`./hotline demo load` is its only caller. Everything it writes is read by the ordinary reports.
"""
