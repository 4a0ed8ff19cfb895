"""A stand-in for the provincial identity provider: OpenID Connect, invented people, one machine. Never in production.

It knows nothing of the platform, and signs with a key of its own. Who can be chosen stands in a file.
"""
