"""Unblocked: a course on concurrency in Python web services, and the lab that it runs on."""
