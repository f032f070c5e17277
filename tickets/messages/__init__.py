"""Messages to citizens' phones (短信): written with what they tell of, sent by a durable job.

`outbox.write` is called in a transaction, `sending` by the job; `messenger` is the port to whoever
carries them.
"""
