"""Between granian and the WSGI application: which thread does what, and how long anything may take.

What agents poll is answered on the server's own threads, which nothing else may hold up: bodies are read there under
deadlines, and whatever may wait for the database goes to a pool of a fixed size.
"""
