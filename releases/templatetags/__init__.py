"""Template tags about releases."""
