"""Follow-up (回访): after the answer the citizen is asked three questions, kept apart.

`service` is the door of the API, the command line and the switch's answers; `opening` keeps a
follow-up in step with its ticket; `rules` is what the city set (config/followup.toml).
"""
