"""Audio: prompts in, calls out."""
