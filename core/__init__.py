"""What every room needs and no domain: settings, secrets, database, clock, errors, logging."""
