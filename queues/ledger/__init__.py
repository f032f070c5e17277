"""The ledger: reads the switch's files to the end, keeps every line, and says what each call was.

`tail` finds the bytes, `events` makes rows of them, `fold` makes a call of its events, `outcome`
gives it its class, `repository` holds the SQL, `process` runs it all in one transaction a time.
"""
