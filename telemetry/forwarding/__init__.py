"""Pushing to a cluster that keeps metrics, for those who outgrow a scrape: what changed, once it did.

The lines are those of `telemetry.exposition`, with the time of the observation. A row keeps how far it has come
(`running`); what is not known to have arrived is sent again.
"""
