#!/bin/sh
# Sets up everything that the README's commands need: the virtual environment .venv with the locked
# packages, this project (editable) with its console command, and bubblewrap where that can be
# installed without asking. Safe to interrupt and to run again.
#
#   ./set_up.sh                         uses the first suitable of python3, python3.12, python3.11
#   PYTHON=/opt/py312/bin/python ./set_up.sh
set -eu
cd "$(dirname "$0")"

is_supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.12 python3.11}; do
        if is_supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$(${PYTHON:-python3} --version 2>/dev/null || echo "no Python")
    echo "This course needs Python 3.11 or 3.12 and found $found: install one of the two" \
         "(on Debian or Ubuntu: apt-get install python3 python3-venv) or name one with" \
         "PYTHON=/path/to/python3.12." >&2
    return 1
}

make_environment() {
    if [ -x .venv/bin/python ] && is_supported .venv/bin/python && .venv/bin/python -m pip --version \
            >/dev/null 2>&1; then
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments: install its venv module" \
             "(on Debian or Ubuntu: apt-get install python3-venv)." >&2
        return 1
    fi
    "$python" -m venv --clear .venv
}

install_packages() {
    # The lock holds every version and hash, so nothing is resolved here. pip byte-compiles what it
    # installs: the sandboxes see the environment read-only and could not.
    .venv/bin/python -m pip install -qq --disable-pip-version-check \
        --require-hashes --no-deps -r requirements.lock
    .venv/bin/python -m pip install -qq --disable-pip-version-check \
        --no-deps --no-build-isolation --editable .
    .venv/bin/python -m compileall -q autograder solutions course_config.py
    # GenJAX is checked by beartype, whose code has bytecode of its own; sandboxes could not write it.
    JAX_PLATFORMS=cpu .venv/bin/python -c "import genjax"
}

install_bubblewrap() {
    command -v bwrap >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing bubblewrap ..."
        apt-get install -y -qq bubblewrap >/dev/null 2>&1 \
            || { apt-get update -qq && apt-get install -y -qq bubblewrap; } >/dev/null 2>&1 || true
    fi
    command -v bwrap >/dev/null || \
        echo "bubblewrap is missing, and without it nothing is graded: install it" \
             "(on Debian or Ubuntu: sudo apt-get install bubblewrap)." >&2
}

echo "Setting up .venv ..."
make_environment
install_packages
install_bubblewrap
touch .venv/.set-up
echo "Set up. Next: source .venv/bin/activate"
