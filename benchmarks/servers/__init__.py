"""The FastAGI servers that `fastagi` compares, each a program that prints `listening PORT`."""
