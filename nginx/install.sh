#!/usr/bin/env bash
# Prints the path of nginx. If nginx is missing, root on Debian or Ubuntu installs it first.
set -euo pipefail

# Debian installs nginx in a directory that is not in the PATH of an ordinary user.
PATH=$PATH:/usr/sbin:/usr/local/sbin

if ! command -v nginx >/dev/null; then
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "nginx is missing; install it and try again: sudo apt-get install --no-install-recommends nginx" >&2
        exit 1
    fi
    # The package would start a server on port 80, which is not wanted here.
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    echo "installing nginx" >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx
    } >&2
fi
command -v nginx
