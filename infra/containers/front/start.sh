#!/bin/sh
# Fills in nginx's files and becomes nginx. Only /tmp has to be writable.
set -eu
/opt/dragoman/render.sh /tmp/dragoman
exec nginx -e stderr -p /tmp/dragoman -c /tmp/dragoman/nginx.conf -g 'daemon off;'
