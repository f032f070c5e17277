"""`python -P -m queues.outbound`: the keeper of the calls we make, of this home."""

from queues.outbound.process import start

start()
