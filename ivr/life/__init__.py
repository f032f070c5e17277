"""The life of a flow: drafts, reviews, numbered versions, and the aliases that lines point at.

The database is the truth; what calls run on are files that `stack` brings in step with it.
"""
