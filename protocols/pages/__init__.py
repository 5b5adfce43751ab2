"""Pages about protocol runs: the list, the board, an agent's protocol, a run, and what people do there."""
