#!/bin/bash
# Run by the image when its data volume is new: a role and a database per service,
# and no service can even connect to another's.
set -euo pipefail

for service in households volunteers notifications; do
  password=${service^^}_DB_PASSWORD
  psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet \
    --set ON_ERROR_STOP=1 --set service="$service" --set password="${!password}" << 'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service" TEMPLATE template0 ENCODING 'UTF8'
  LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';  -- the order SQLite has, on every machine
REVOKE CONNECT, TEMPORARY ON DATABASE :"service" FROM PUBLIC;
SQL
done
