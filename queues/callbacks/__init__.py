"""Call-backs: a citizen hangs up and keeps the place; an agent is told, then the citizen is rung.

`states` is the table of moves, `story` folds a call-back's events, `publishing` is what the ledger
calls, `keeper` the process that puts call-backs into the switch's queue, `rules` what a city set.
"""
