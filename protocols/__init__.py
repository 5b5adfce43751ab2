"""What agents did about an episode: protocol runs, their steps and hand-offs."""
