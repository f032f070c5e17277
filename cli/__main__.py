"""`python -m cli`: what ./hotline hands over to."""

from cli.main import main

main()
