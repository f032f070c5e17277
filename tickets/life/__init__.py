"""The life of a ticket among people: who may move it where, who holds it, which clocks run.

`moves.carry_out` is the one door; the API, the command line, timers and channels come through it.
"""
