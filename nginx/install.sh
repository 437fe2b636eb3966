#!/usr/bin/env bash
# Prints the path of nginx. If nginx is missing, root on Debian or Ubuntu installs it first. "install.sh njs" does the same for the
# JavaScript module, which DRAGOMAN_FRONT_KEY needs.
set -euo pipefail

# Debian installs nginx in a directory that is not in the PATH of an ordinary user.
PATH=$PATH:/usr/sbin:/usr/local/sbin

has_njs() {
    local modules
    modules=$(nginx -V 2>&1 | sed -n 's/.* --modules-path=\([^ ]*\).*/\1/p')
    [[ -e ${modules:-/usr/lib/nginx/modules}/ngx_http_js_module.so ]]
}

missing=()
command -v nginx >/dev/null || missing+=(nginx)
[[ ${1:-} != njs ]] || has_njs || missing+=(libnginx-mod-http-js)
if ((${#missing[@]} > 0)); then
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "a part of nginx is missing; install it and try again: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    # The package would start a server on port 80, which is not wanted here.
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    echo "installing ${missing[*]}" >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    } >&2
fi
command -v nginx
