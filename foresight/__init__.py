"""What is to come: how many will call, how many agents that takes, what a changed flow would do."""
