"""Tries to read the checks, the solutions and other submissions from the disk.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import linecache
import os
import time

import checker

package = os.path.dirname(checker.__file__)
course = os.path.dirname(package)
PATHS = [
    f"{package}/checks/01_blocking/test_never_block.py",
    f"{package}/engine/judge.py",
    f"{course}/solutions/01_blocking/never_block.py",
    f"{course}/exercises/01_blocking/never_block.py",
    f"{course}/tests/wrong_answers/01_blocking/never_block/time_sleep_kept.diff",
    f"{course}/tests/engine/test_forgeries.py",
    "/etc/passwd",
    "/proc/self/environ",
]
print("tried:", len(PATHS), "files")
for path in PATHS:
    try:
        with open(path, "rb") as file:
            print("got:", path, file.read(40))
    except OSError as error:
        print(type(error).__name__)
    if linecache.getlines(path):
        print("got: lines of", path)
for folder in (f"{package}/checks", f"{course}/solutions", f"{course}/tests", "/tmp", "/root"):
    try:
        print("got:", os.listdir(folder))
    except OSError as error:
        print(type(error).__name__)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
