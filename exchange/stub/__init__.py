"""A stand-in for the national credit platform: a separate process with its own store (docs/national-stub.md).

It imports nothing of the platform but the message and signature formats, and never Django.
"""
