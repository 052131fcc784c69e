"""Makes the attempt's app, and puts it where a server finds it: `attempt.mounted`."""

import attempt


def mount(*args):
    attempt.mounted = attempt.make_app(*args)
