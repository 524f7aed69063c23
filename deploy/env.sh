#!/bin/sh
# Writes an environment file for docker-compose.yml: .env.example, with a random
# value wherever it leaves a password, a cookie or a key empty.
#
#   deploy/env.sh FILE
set -eu
umask 077
example=$(dirname "$0")/../.env.example

while IFS= read -r line; do
  case $line in
    *_PASSWORD= | *_COOKIE=) line=$line$(od -An -N 24 -t x1 /dev/urandom | tr -d ' \n') ;;
    *_KEY=) line=$line$(head -c 32 /dev/urandom | base64) ;;
  esac
  printf '%s\n' "$line"
done < "$example" > "$1"
echo "wrote $1 with fresh secrets" >&2
