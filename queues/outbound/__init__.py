"""Calls that we make about a ticket: a person's, through the switch and without seeing the number,
or an automatic one that asks the questions of follow-up.

`placing` writes a call down and `dialler` rings it; the switch's lines make its row (`story`,
`publishing`), and `keeper` is the process that begins automatic calls and lets answers take effect.
"""
