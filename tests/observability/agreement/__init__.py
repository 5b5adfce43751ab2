"""The evaluator against Prometheus: the same contracts and series through both."""
