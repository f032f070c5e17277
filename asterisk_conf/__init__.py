"""Asterisk's configuration, rendered from config/. README.md says which file calls which script."""
