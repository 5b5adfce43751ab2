"""Made-up people whose measurements the example agents report, as agents do: by the REST API."""
