"""What an agent is to do now, and what is told of runs."""
