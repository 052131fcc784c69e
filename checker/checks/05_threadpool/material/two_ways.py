"""Makes the attempt's app with a shop that can be awaited, and an archive that cannot."""

import attempt


class Archive:
    """An old library: it blocks whoever calls it."""

    def __init__(self, service):
        self._service = service

    def get_blocking(self, key):
        return self._service.get_blocking(key)


def mount(shop, archive):
    attempt.mounted = attempt.make_app(shop, Archive(archive))
