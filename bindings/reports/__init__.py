"""Validation reports: everything there is, judged by the whole catalogue, compared with the time before."""
