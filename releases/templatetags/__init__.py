"""Template tags of the pages about releases and channels."""
