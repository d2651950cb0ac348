#!/bin/sh
# Makes the environment in $1 with a Python that is new enough; says what is missing when it cannot.
set -eu
target=$1
for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$name
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "Linli needs Python 3.11 or newer, and none was found here." >&2
    echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv), or name yours: make run PYTHON=/path/to/python3" >&2
    exit 1
fi
if [ -x "$target/bin/python" ] && "$target/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && [ -n "${LINLI_MAY_INSTALL:-}" ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends "python$version-venv" >/dev/null
    else
        echo "This Python $version has no 'venv': it cannot make an environment of its own." >&2
        echo "Install it (Debian, Ubuntu: apt-get install python$version-venv), then run make again." >&2
        exit 1
    fi
fi
echo "Making the environment in $target with $("$found" --version)…"
"$found" -m venv "$target"
