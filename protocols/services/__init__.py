"""What happens to runs: plain functions in one transaction, the people they are about held."""
