"""What Asterisk calls: the FastAGI server, its entry points, and the survival script."""
