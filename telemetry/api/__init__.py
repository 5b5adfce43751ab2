"""The REST addresses of observations, states and metrics."""
