"""What Prometheus reads: every series, state and count, the same from any worker.

What there are many of is held in each process as rendered text (`held`), and what changed in the database since
the last scrape is put into it. The rest is read each time (`families`).
"""
