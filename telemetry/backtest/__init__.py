"""Backtests: how often a contract acts, as it is and as it would be, over what is stored of people.

deciding → episodes → tallies      pure: one person's history, what came of it, everybody's together
questions, history, running        which contracts, over which values; and the work itself, as a job
erasing                           what was found of people who are erased later
told, view, publishing             in words, for the pages
"""
