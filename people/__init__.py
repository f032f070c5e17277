"""Who works here: persons, how they sign in, what each role may do, and the log of who did what."""
