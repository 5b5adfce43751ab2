"""The REST resources of agents, what they watch and do, and of reports."""
