#!/bin/sh
# What pip cannot install: venv, OpenMP's runtime (LightGBM); for the tests the servers of PostgreSQL and MariaDB, and a
# browser (CHROME names another one, BROWSER=0 goes without).
# Installs it with apt when root; otherwise one sentence says what to run.
# Usage: deps.sh [python] [test]
set -eu
python=${1:-python3}
purpose=${2:-use}
missing=
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Labstudio needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2
    exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
"$python" -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || missing="$missing libgomp1"
if [ "$purpose" = test ] && ! command -v initdb >/dev/null 2>&1; then
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
fi
if [ "$purpose" = test ] && [ "${BROWSER:-1}" != 0 ]; then
    command -v "${CHROME:-chromium}" >/dev/null 2>&1 || missing="$missing chromium"
fi
# the tests of MariaDB are skipped where it is not there; its core alone is not started with the machine
wanted=
if [ "$purpose" = test ] && ! command -v my_print_defaults >/dev/null 2>&1; then
    wanted="mariadb-server-core mariadb-client-core"
fi
[ -n "$missing$wanted" ] || exit 0
if [ "$(uname)" = Darwin ]; then
    echo "Please run once: brew install libomp postgresql mariadb chromium" >&2
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    [ -z "$missing" ] || apt-get install -qq -y --no-install-recommends $missing >/dev/null
    # shellcheck disable=SC2086
    [ -z "$wanted" ] || apt-get install -qq -y --no-install-recommends $wanted >/dev/null ||
        echo "MariaDB cannot be installed here; its tests are skipped." >&2
elif [ -n "$missing" ]; then
    echo "Please run once, then try again: sudo apt-get install -y$missing" >&2
    exit 1
fi
