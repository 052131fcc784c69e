"""Makes the attempt's app where no loop runs, as when a server imports it: `attempt.mounted`."""

import threading

import attempt


def mount(*args):
    errors = []

    def make():
        try:
            attempt.mounted = attempt.make_app(*args)
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
