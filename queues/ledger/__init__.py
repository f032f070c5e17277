"""The ledger: reads the switch's files to the end, keeps every line, and says what each call was.

`tail` finds the bytes, `events` makes rows of them, `story` takes a call's events in, `view`
measures them, `fold` says what they come to and `outcome` of which class, `publishing` hands it on,
`repository` holds the SQL, `ledger` does all of it in one transaction a step, `process` goes on.
"""
