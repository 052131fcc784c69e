#!/bin/sh
# Runs `make test` on every supported Python that is found, each in an environment of its own.
# A version that is missing is skipped, and said to be; with none at all the answer is a failure.

summary=""
failed=0
ran=0
for version in 3.11 3.12 3.13 3.14 3.15; do
    if python=$(sh tools/find_python.sh "$version"); then
        echo "=== Python $version: $python"
        if "${MAKE:-make}" --no-print-directory test PYTHON="$python" VENV="build/python$version"; then
            summary="$summary  Python $version: passed\n"
        else
            summary="$summary  Python $version: FAILED\n"
            failed=1
        fi
        ran=$((ran + 1))
    else
        echo "=== Python $version: SKIPPED, not found on the PATH, in pyenv or in uv"
        summary="$summary  Python $version: SKIPPED, not found\n"
    fi
done
printf "=== All versions\n$summary"
if [ "$ran" -eq 0 ]; then
    echo "No supported Python was found, so nothing was tested."
    failed=1
fi
exit "$failed"
