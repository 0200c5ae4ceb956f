"""How a network learns, whichever it is: the loop, the optimiser, the schedule."""
