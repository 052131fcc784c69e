"""Dashboard

A page shows three things: who the user is, what they ordered, and what is on offer. Each comes
from a service of its own. Write `dashboard`: it asks all three for `user`, and returns a list of
their answers, always as [profile, orders, offers].

The page is ready when the slowest of the three has answered, not when all have answered one after
another. If a service fails, its error reaches whoever called `dashboard`: half a page that looks
whole is worse than none. A service is asked with `await profile.get(user)`.
"""

import asyncio


async def dashboard(profile, orders, offers, user):
    """The answers of the three services to `user`, as [profile, orders, offers]."""
    raise NotImplementedError
