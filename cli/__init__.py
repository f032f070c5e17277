"""The command line: every command is one short file."""
