"""The REST API of protocol runs."""
