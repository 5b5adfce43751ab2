"""KPIs, their units and thresholds, and the settings of the registry that holds them."""
