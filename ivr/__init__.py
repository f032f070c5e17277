"""The call-flow engine: flows are data, verbs are small classes, a call is a walk through both."""
