"""Tries to break whoever writes the verdict, with surrogates in names, values and errors.

exercise: blocking/tell_apart
twin: tests/engine/forgeries/twins/answers_nothing.py
"""


def answers():
    print("tried: surrogates")
    found = {"\udcff" * 50: "\ud800", "nap": "\udfff\x00\x1b[2J</script>"}
    found["delegate"] = "<img src=x onerror=alert(1)>"
    return found
