"""The REST resources of releases and channels, and what agents read."""
