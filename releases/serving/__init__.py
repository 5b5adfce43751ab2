"""What agents poll: rendered once a release, kept in memory and in a file, answered in front of Django."""
