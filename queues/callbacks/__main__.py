"""`python -P -m queues.callbacks`: the keeper of call-backs of this home."""

from queues.callbacks.process import start

start()
