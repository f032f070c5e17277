"""`python -P -m queues.ledger`: the ledger of this home."""

from queues.ledger.process import start

start()
