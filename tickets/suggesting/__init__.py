"""Suggesting category and unit from the text, learnt from the city's own tickets."""
