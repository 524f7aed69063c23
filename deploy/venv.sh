#!/bin/sh
# Makes or updates a virtual environment: exactly what LOCK names, each file
# checked against its hash, then the packages of this repository, editable.
#
#   deploy/venv.sh VENV LOCK PACKAGE...        PYTHON=python3.13 to choose one
set -eu
venv=$1 lock=$2
shift 2

say() { printf '%s\n' "$*" >&2; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }
makes_venvs() { "$1" -c 'import ensurepip, venv' 2> /dev/null; }

# The machine's own python3 first; Debian's comes without ensurepip, so a
# second one that is complete is preferred to one that is not.
find_python() {
  incomplete=
  for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    new_enough "$python" || continue
    if makes_venvs "$python"; then echo "$python"; return; fi
    incomplete=${incomplete:-$python}
  done
  echo "$incomplete"
}

if ! [ -x "$venv/bin/python" ] || ! new_enough "$venv/bin/python"; then
  python=$(find_python)
  if [ -z "$python" ]; then
    say "Sunshine needs Python 3.11 or newer, and none was found${PYTHON:+ as $PYTHON}."
    say "Install one (Debian 12, Ubuntu 24.04: apt-get install python3 python3-venv), or name it: PYTHON=/path/to/python3 make ..."
    exit 1
  fi
  if ! makes_venvs "$python"; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
      say "Installing python3-venv ..."
      export DEBIAN_FRONTEND=noninteractive
      apt-get update -qq
      apt-get install -y -qq --no-install-recommends python3-venv > /dev/null
    fi
    if ! makes_venvs "$python"; then
      say "$python cannot make virtual environments. As root: apt-get install python3-venv; then again."
      exit 1
    fi
  fi
  "$python" -m venv --clear "$venv"
fi

pip() { "$venv/bin/python" -m pip -qq --disable-pip-version-check "$@"; }

say "Installing $lock into $venv (once; a minute or two) ..."
# compiled when first imported: most of what is installed never is
pip install --no-compile --require-hashes --requirement "$lock"
# the build backend (setuptools) is in the lock: nothing else is fetched
for package; do
  shift
  set -- "$@" --editable "./$package"
done
pip install --no-deps --no-build-isolation "$@"
pip check
