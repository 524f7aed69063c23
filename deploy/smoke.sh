#!/bin/bash
# The main job, on services that run already (docker-compose.yml): the sample comes in, is
# certified and matched, a pairing is accepted and started, and the staff have been told.
#
#   deploy/smoke.sh [ENV_FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
env_file=${1:-.env}

compose() { docker compose --env-file "$env_file" "$@"; }
setting() { sed -n "s/^$1=//p" "$env_file"; }

SUNSHINE_AMQP_URI=amqp://sunshine:$(setting SUNSHINE_AMQP_PASSWORD)@$(compose port rabbitmq 5672)/sunshine
export SUNSHINE_AMQP_URI
export PATH=$PWD/.venv/bin:$PATH

sunshine status
for kind in partners volunteers staff households needs; do
  sunshine import "$kind" "examples/yonghuan/$kind.csv"
done
python deploy/smoke.py
sunshine status
sunshine inbox S01 --unread | sed -n 1,8p  # not head: it would break the pipe
