"""Tags for pages of the admin."""
