#!/bin/sh
# Prints the path of the Python that set-up uses, or says what is missing and ends with 1.
#
#   find_python.sh        $PYTHON if it is set; else the one in $VENV; else the newest tested one
#   find_python.sh 3.12   that version, from the PATH, from pyenv or from uv
#
# A candidate counts only once it has run: pyenv puts commands on the PATH that end in an error.
# A free-threaded build is passed over: the lab runs one thread at a time, and relies on the GIL.

oldest=3.11
tested="3.15 3.14 3.13 3.12 3.11"
newer=3.16  # The first version that no test has seen.

# Its absolute path, if it runs and its version is from $2 up to, but not including, $3.
# Ends with 3 if only its being free-threaded speaks against it.
try() {
    "$1" -I -c '
import sys, sysconfig
low, high = (tuple(map(int, part.split("."))) for part in sys.argv[1:3])
if not low <= sys.version_info[:2] < high:
    sys.exit(1)
if sysconfig.get_config_var("Py_GIL_DISABLED"):
    sys.exit(3)
print(sys.executable)' "$2" "$3" 2>/dev/null
    result=$?
    [ "$result" -ne 3 ] || echo "Note: $1 is a free-threaded build of Python, where the lab" \
        "does not work; it is passed over." >&2
    return "$result"
}

# The version that comes after $1, so that `try` can be asked for exactly one.
after() {
    echo "3.$((${1#3.} + 1))"
}

of_version() {
    next=$(after "$1")
    try "python$1" "$1" "$next" && return
    try python3 "$1" "$next" && return
    for folder in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*; do
        try "$folder/bin/python" "$1" "$next" && return
    done
    if command -v uv >/dev/null 2>&1; then
        managed=$(uv python find --no-project --no-python-downloads "$1" 2>/dev/null)
        try "$managed" "$1" "$next" && return
    fi
    return 1
}

best() {
    for version in $tested; do
        of_version "$version" && return
    done
    for command in python3 "python$newer"; do
        try "$command" "$newer" 4.0 || continue
        echo "Note: the course is tested on Python $oldest to ${tested%% *}; this one is newer." >&2
        return
    done
    return 1
}

explain() {
    {
        echo "Unblocked needs Python $oldest or newer, and found none that it can use."
        echo "python3 here is: $(python3 --version 2>&1 | head -n 1)"
        echo "Next, one of:"
        echo "  Debian, Ubuntu   apt install python3 python3-venv"
        echo "                   (where that is older than $oldest: python3.12 python3.12-venv)"
        echo "  macOS            brew install python@3.14"
        echo "  anywhere         uv python install 3.14"
        echo "Then run the same command again. If it is in a place of its own, name it:"
        echo "  make lab PYTHON=/where/it/is/bin/python3"
    } >&2
}

if [ $# -gt 0 ]; then
    of_version "$1"
elif [ -n "${PYTHON:-}" ]; then
    try "$PYTHON" "$oldest" 4.0 && exit
    if [ "$result" -eq 3 ]; then
        echo "Next: name an ordinary build, such as PYTHON=python3.14, without a t at its end." >&2
    else
        echo "PYTHON=$PYTHON does not run, or is older than $oldest. Next: name another one." >&2
    fi
    exit 1
else
    try "${VENV:-.venv}/bin/python" "$oldest" 4.0 || best || { explain; exit 1; }
fi
