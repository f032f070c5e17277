"""The review desk (审核组): where tickets go, and those that rules may send by themselves."""
