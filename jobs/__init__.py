"""Work in the background: a row in the database is the truth, Celery only the wake-up call."""
