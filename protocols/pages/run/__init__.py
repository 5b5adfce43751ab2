"""One run's page: what happened, what was done, and what is left for a person."""
