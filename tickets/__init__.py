"""One call, one ticket (工单): states and moves, numbers, and the story of each ticket."""
