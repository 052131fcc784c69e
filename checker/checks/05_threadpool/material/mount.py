"""Makes the attempt's app where no loop runs, as when a server imports it: `attempt.mounted`."""

import threading

import attempt


def mount(*args):
    mount_as("mounted", *args)


def mount_as(name, *args):
    """The same under another name, where two apps are served at the same time."""
    errors = []

    def make():
        try:
            setattr(attempt, name, attempt.make_app(*args))
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
