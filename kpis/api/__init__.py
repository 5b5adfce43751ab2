"""The registry's REST resources."""
