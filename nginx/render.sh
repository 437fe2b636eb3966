#!/bin/sh
# Fills the DRAGOMAN_ values into the nginx files: nginx/render.sh TARGET_DIRECTORY, then nginx -c TARGET_DIRECTORY/nginx.conf.
# Runs in any POSIX shell with sed, so the same files serve a laptop and a container.
set -eu

usage() {
    cat >&2 <<'TEXT'
usage: render.sh TARGET_DIRECTORY
Values come from the environment:
  DRAGOMAN_NGINX_LISTEN        address of the front door               (127.0.0.1:11434)
  DRAGOMAN_SIDECAR             host:port of the sidecar, or of up to 8: a,b (127.0.0.1:5081)
  DRAGOMAN_FUNCTIONS           host:port, or http(s)://host[:port], of the functions
                               (empty: there are none, the sidecar answers everything)
  DRAGOMAN_FUNCTIONS_KEY       sent to the functions as x-functions-key
  DRAGOMAN_CA_CERTIFICATES     what https functions are verified with  (/etc/ssl/certs/ca-certificates.crt)
  DRAGOMAN_TRUSTED_PROXY       CIDR of an ingress whose X-Forwarded-* is believed (none)
  DRAGOMAN_BODY_LIMIT          largest request body                    (33m)
  DRAGOMAN_WORKERS             worker processes                        (auto)
  DRAGOMAN_WORKER_CONNECTIONS  connections a worker; a stream takes two (20480, or what the file limit allows)
  DRAGOMAN_OPEN_FILES          file descriptors a worker               (65536, or the hard limit)
  DRAGOMAN_DRAIN               how long streams may run on after SIGQUIT (300s)
  DRAGOMAN_ACCESS_LOG          path                                    (/dev/stdout)
  DRAGOMAN_ERROR_LOG           path, or "stderr"                       (stderr)
  DRAGOMAN_NGINX_RUN           directory for pid and temporary files   (TARGET_DIRECTORY)
TEXT
    exit 2
}

[ $# -eq 1 ] || usage
source_directory=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
target=$(cd "$1" && pwd)

smaller() {
    if [ "$1" = unlimited ] || [ "$2" -lt "$1" ]; then echo "$2"; else echo "$1"; fi
}

# What Dragoman is measured with (docs/limits.md); less is worth a word.
streams_at_once=10000

tell_of_low_limit() {
    workers=$DRAGOMAN_WORKERS
    [ "$workers" != auto ] || workers=$(getconf _NPROCESSORS_ONLN)
    # A worker has some files of its own besides.
    streams=$((workers * (DRAGOMAN_WORKER_CONNECTIONS - 50) / 2))
    if [ "$streams" -lt "$streams_at_once" ]; then
        echo "render.sh: an nginx worker may open $DRAGOMAN_OPEN_FILES files, enough for about $streams streams at once with $workers of them; raise it with ulimit -Hn, LimitNOFILE= in a systemd unit, or --ulimit nofile= of a container" >&2
    fi
}

# shellcheck disable=SC3045 # -H is not POSIX, yet dash, bash and busybox all have it.
hard_file_limit=$(ulimit -Hn)

: "${DRAGOMAN_NGINX_LISTEN:=127.0.0.1:11434}"
: "${DRAGOMAN_SIDECAR:=127.0.0.1:5081}"
: "${DRAGOMAN_FUNCTIONS:=}"
: "${DRAGOMAN_FUNCTIONS_KEY:=}"
# A reserved address, never a peer.
: "${DRAGOMAN_TRUSTED_PROXY:=240.0.0.1/32}"
: "${DRAGOMAN_CA_CERTIFICATES:=/etc/ssl/certs/ca-certificates.crt}"
: "${DRAGOMAN_BODY_LIMIT:=33m}"
: "${DRAGOMAN_WORKERS:=auto}"
: "${DRAGOMAN_OPEN_FILES:=$(smaller "$hard_file_limit" 65536)}"
: "${DRAGOMAN_WORKER_CONNECTIONS:=}"
if [ -z "$DRAGOMAN_WORKER_CONNECTIONS" ]; then
    # Enough for 10,000 streams even if one worker has to carry them all.
    DRAGOMAN_WORKER_CONNECTIONS=$(smaller "$DRAGOMAN_OPEN_FILES" 20480)
    tell_of_low_limit
fi
: "${DRAGOMAN_DRAIN:=300s}"
: "${DRAGOMAN_ACCESS_LOG:=/dev/stdout}"
: "${DRAGOMAN_ERROR_LOG:=stderr}"
: "${DRAGOMAN_NGINX_RUN:=$target}"

case $DRAGOMAN_FUNCTIONS in
    '') scheme=http server=${DRAGOMAN_SIDECAR%%,*} port=80 header='' rest=any-sidecar ;;
    https://*) scheme=https server=${DRAGOMAN_FUNCTIONS#https://} port=443 header=available rest=functions ;;
    *) scheme=http server=${DRAGOMAN_FUNCTIONS#http://} port=80 header=available rest=functions ;;
esac
server=${server%/}
case $server in
    *:*) ;;
    *) server=$server:$port ;;
esac
# Azure finds the app by its Host; on loopback the processes check the client's own.
# shellcheck disable=SC2016 # $passed_host is nginx's.
case $scheme in
    https) host=${server%:443} ;;
    *) host='$passed_host' ;;
esac

# nginx sends a request to ten places at the most.
most_sidecars=8
sidecars=$(echo "$DRAGOMAN_SIDECAR" | tr ',' ' ')
# shellcheck disable=SC2086 # one word a sidecar
set -- "$target" $sidecars
shift
if [ $# -lt 1 ] || [ $# -gt $most_sidecars ]; then
    echo "render.sh: DRAGOMAN_SIDECAR names $# sidecars; allowed are 1 to $most_sidecars" >&2
    exit 2
fi
# A request that the first sidecar refuses, because it is about to stop, is offered to each in turn.
if [ $# -gt 1 ]; then next=@sidecar_1; else next=; fi

upstream() {
    cat <<TEXT
upstream $1 {
   $2
    keepalive 256;
    keepalive_requests 1000000;
    # A sidecar that stops waits for nginx to close what it does not use, so that no request meets a closing connection.
    keepalive_timeout 3s;
}
TEXT
}
sidecar_upstreams() {
    servers=
    for sidecar; do servers="$servers server $sidecar max_fails=0;"; done
    upstream sidecar "$servers"
    [ $# -gt 1 ] || return 0
    number=0
    for sidecar; do
        number=$((number + 1))
        servers=" server $sidecar max_fails=0;"
        for other; do [ "$other" = "$sidecar" ] || servers="$servers server $other max_fails=0 backup;"; done
        upstream "sidecar_$number" "$servers"
    done
}
sidecar_locations() {
    [ $# -gt 1 ] || return 0
    number=0
    for sidecar; do
        number=$((number + 1))
        if [ $number -lt $# ]; then following=@sidecar_$((number + 1)); else following=; fi
        cat <<TEXT
location @sidecar_$number {
    proxy_pass http://sidecar_$number;
    proxy_set_header X-Dragoman-Next-Sidecar "$following";
    include sidecar.conf;
}
TEXT
    done
}

substitutions=
substitute() {
    substitutions="$substitutions;s|\${DRAGOMAN_$1}|$2|g"
}
substitute_value() {
    case $2 in
        *[!]A-Za-z0-9._:/@=+,[-]*)
            echo "render.sh: DRAGOMAN_$1 may hold letters, digits and . _ : / @ = + , [ ] - only" >&2
            exit 2
            ;;
    esac
    substitute "$1" "$2"
}
substitute_value NGINX_LISTEN "$DRAGOMAN_NGINX_LISTEN"
substitute_value SIDECAR "$DRAGOMAN_SIDECAR"
substitute NEXT_SIDECAR "$next"
substitute REST "$rest"
substitute_value FUNCTIONS "$DRAGOMAN_FUNCTIONS"
substitute FUNCTIONS_SCHEME "$scheme"
substitute FUNCTIONS_SERVER "$server"
substitute FUNCTIONS_HOST "$host"
substitute FUNCTIONS_TLS_NAME "${server%:*}"
substitute FUNCTIONS_HEADER "$header"
substitute_value FUNCTIONS_KEY "$DRAGOMAN_FUNCTIONS_KEY"
substitute_value CA_CERTIFICATES "$DRAGOMAN_CA_CERTIFICATES"
substitute_value TRUSTED_PROXY "$DRAGOMAN_TRUSTED_PROXY"
substitute_value BODY_LIMIT "$DRAGOMAN_BODY_LIMIT"
substitute_value WORKERS "$DRAGOMAN_WORKERS"
substitute_value WORKER_CONNECTIONS "$DRAGOMAN_WORKER_CONNECTIONS"
substitute_value OPEN_FILES "$DRAGOMAN_OPEN_FILES"
substitute_value DRAIN "$DRAGOMAN_DRAIN"
substitute_value ACCESS_LOG "$DRAGOMAN_ACCESS_LOG"
substitute_value ERROR_LOG "$DRAGOMAN_ERROR_LOG"
substitute_value NGINX_RUN "$DRAGOMAN_NGINX_RUN"

for file in "$source_directory"/*.conf; do
    rendered=$target/$(basename "$file")
    # The key must not be readable by others.
    (umask 077 && sed "$substitutions" "$file" >"$rendered")
    # shellcheck disable=SC2016 # the text is searched for as it stands.
    if grep -n '${DRAGOMAN_' "$rendered" >&2; then
        echo "render.sh: $file uses a value that render.sh does not know" >&2
        exit 1
    fi
done

sidecar_upstreams "$@" >"$target/sidecar-upstreams.conf"
sidecar_locations "$@" >"$target/sidecar-locations.conf"
