"""Tries to find hosts of other checks and of other submissions, and to call them.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    hosts = run.borrower.hosts()
    print("tried:", hosts)
    for host in {*hosts, "stock", "bank", "site", "profile", "orders", "offers"} - {"shop"}:
        if run.borrower.find(host) is not None:
            print("got: the service", host)
    return
