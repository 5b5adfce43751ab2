"""Pages about what is made of a release."""
