"""The embedded stack: real PostgreSQL, a real broker and the platform's processes from one command.

`python -m credit_platform.stack run` is what `make run` calls. Nothing here imports Django: the platform's own
processes are children that find everything in their environment (see environment.py).
"""
