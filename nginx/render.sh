#!/bin/sh
# Writes the nginx files with the DRAGOMAN_ values filled in: nginx/render.sh TARGET_DIRECTORY, then nginx -c TARGET_DIRECTORY/nginx.conf.
# It runs in any POSIX shell with sed, so that the same files work on a laptop and in a container.
set -eu

usage() {
    cat >&2 <<'TEXT'
usage: render.sh TARGET_DIRECTORY
The values come from the environment. The default is in parentheses.
  DRAGOMAN_NGINX_LISTEN        address of nginx; an address beyond loopback needs the next variable (127.0.0.1:11434)
  DRAGOMAN_ALLOW_OPEN_NETWORK  "true": anybody who reaches the address may use the gateway and spend your money;
                               access.allowOpenNetwork in gateway.json must be set too (no)
  DRAGOMAN__access__mode       the gateway's access.mode: "keys", "jwt" and "both" allow every address; render.sh does not read
                               gateway.json, so repeat it here (open)
  DRAGOMAN_SIDECAR             host:port of the sidecar, or of up to 8: a,b (127.0.0.1:5081)
  DRAGOMAN_FUNCTIONS           host:port, or http(s)://host[:port], of the functions; up to 8 over http: a,b
                               (empty: no functions, the sidecar answers everything)
  DRAGOMAN_FUNCTIONS_KEY       sent to the functions as x-functions-key
  DRAGOMAN_FRONT_KEY           signs each request to the functions, which have it as access.frontKey: at least 32 characters.
                               It needs nginx's JavaScript module njs  (none: nothing is signed)
  DRAGOMAN_NGINX_MODULES       directory of nginx's modules            (the one that nginx -V tells, else /usr/lib/nginx/modules)
  DRAGOMAN_CA_CERTIFICATES     certificates that verify functions over https (/etc/ssl/certs/ca-certificates.crt)
  DRAGOMAN_TRUSTED_PROXY       CIDR of an ingress whose X-Forwarded-* headers are trusted (none)
  DRAGOMAN_BODY_LIMIT          maximum size of a request body          (33m)
  DRAGOMAN_LARGE_BODIES        running requests with a body of 1 MB or more, or of unknown size;
                               one address may have half of them       (256)
  DRAGOMAN_CLIENT_REQUESTS     running requests of one address         (half of what the workers can carry)
  DRAGOMAN_WORKERS             worker processes                        (auto)
  DRAGOMAN_WORKER_CONNECTIONS  connections per worker; a stream needs two (20480, or what the file limit allows)
  DRAGOMAN_OPEN_FILES          file descriptors per worker             (65536, or the hard limit)
  DRAGOMAN_DRAIN               how long streams may continue after SIGQUIT (300s)
  DRAGOMAN_ACCESS_LOG          path                                    (/dev/stdout)
  DRAGOMAN_ERROR_LOG           path, or "stderr": messages about the server (stderr)
  DRAGOMAN_REQUEST_ERROR_LOG   path, or "stderr": nginx's messages about single requests; they contain query strings,
                               which may contain keys                  (/dev/null)
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

# Dragoman is measured with this number of streams (docs/limits.md). If the limit allows fewer, warn.
streams_at_once=10000

number_of_workers() {
    if [ "$DRAGOMAN_WORKERS" = auto ]; then getconf _NPROCESSORS_ONLN; else echo "$DRAGOMAN_WORKERS"; fi
}

warn_of_low_limit() {
    workers=$(number_of_workers)
    # A worker also needs some files of its own.
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
: "${DRAGOMAN_FRONT_KEY:=}"
# The default is a reserved address, which is never a peer.
: "${DRAGOMAN_TRUSTED_PROXY:=240.0.0.1/32}"
: "${DRAGOMAN_CA_CERTIFICATES:=/etc/ssl/certs/ca-certificates.crt}"
: "${DRAGOMAN_BODY_LIMIT:=33m}"
: "${DRAGOMAN_WORKERS:=auto}"
: "${DRAGOMAN_OPEN_FILES:=$(smaller "$hard_file_limit" 65536)}"
: "${DRAGOMAN_WORKER_CONNECTIONS:=}"
if [ -z "$DRAGOMAN_WORKER_CONNECTIONS" ]; then
    # 20480 is enough for 10,000 streams, even if one worker has to carry them all.
    DRAGOMAN_WORKER_CONNECTIONS=$(smaller "$DRAGOMAN_OPEN_FILES" 20480)
    warn_of_low_limit
fi
: "${DRAGOMAN_LARGE_BODIES:=256}"
: "${DRAGOMAN_CLIENT_REQUESTS:=}"
: "${DRAGOMAN_ALLOW_OPEN_NETWORK:=}"
access_mode=$(printenv DRAGOMAN__access__mode || echo open)
: "${DRAGOMAN_DRAIN:=300s}"
: "${DRAGOMAN_ACCESS_LOG:=/dev/stdout}"
: "${DRAGOMAN_ERROR_LOG:=stderr}"
: "${DRAGOMAN_REQUEST_ERROR_LOG:=/dev/null}"
: "${DRAGOMAN_NGINX_RUN:=$target}"

refuse() {
    echo "render.sh: $1" >&2
    exit 2
}

# "*:port" means the same as the port alone, which has no character that a shell would expand.
DRAGOMAN_NGINX_LISTEN=${DRAGOMAN_NGINX_LISTEN#'*:'}

is_beyond_loopback() {
    case $1 in
        unix:*) return 1 ;;
        # A port alone means every address.
        *[!0-9]*) ;;
        *) return 0 ;;
    esac
    listen_host=$1
    case $listen_host in
        \[*\]:*) listen_host=${listen_host%:*} ;;
        \[*\]) ;;
        *:*) listen_host=${listen_host%:*} ;;
    esac
    case $listen_host in
        localhost | '[::1]') return 1 ;;
        # A host name may begin like an address.
        127.*[!0-9.]*) return 0 ;;
        127.*.*.*) return 1 ;;
        *) return 0 ;;
    esac
}

case $DRAGOMAN_ALLOW_OPEN_NETWORK in
    '' | false | true) ;;
    *) refuse "DRAGOMAN_ALLOW_OPEN_NETWORK is \"$DRAGOMAN_ALLOW_OPEN_NETWORK\"; allowed are true and false" ;;
esac
case $access_mode in
    open | keys | jwt | both) ;;
    *) refuse "DRAGOMAN__access__mode is \"$access_mode\"; allowed are open, keys, jwt and both" ;;
esac
if [ "$access_mode" = open ] && [ "$DRAGOMAN_ALLOW_OPEN_NETWORK" != true ] && is_beyond_loopback "$DRAGOMAN_NGINX_LISTEN"; then
    refuse "DRAGOMAN_NGINX_LISTEN is $DRAGOMAN_NGINX_LISTEN, which other machines can reach, and the gateway does not ask for keys: anybody who reaches it could use the gateway and spend your providers' money. Listen on 127.0.0.1, [::1] or unix:PATH. If access.mode in gateway.json is keys, jwt or both, set DRAGOMAN__access__mode to it here too. To allow it without keys, set DRAGOMAN_ALLOW_OPEN_NETWORK=true here and \"access\": { \"allowOpenNetwork\": true } in gateway.json"
fi

# What the functions accept (AccessSettings.LeastFrontKey).
least_front_key=32
if [ -n "$DRAGOMAN_FRONT_KEY" ] && [ ${#DRAGOMAN_FRONT_KEY} -lt $least_front_key ]; then
    refuse "DRAGOMAN_FRONT_KEY is shorter than $least_front_key characters, so that it could be guessed"
fi

modules_directory() {
    # nginx may be missing, or be in a directory that is not in the PATH of an ordinary user.
    PATH=$PATH:/usr/sbin:/usr/local/sbin nginx -V 2>&1 | sed -n 's/.* --modules-path=\([^ ]*\).*/\1/p'
}
: "${DRAGOMAN_NGINX_MODULES:=$(modules_directory)}"
: "${DRAGOMAN_NGINX_MODULES:=/usr/lib/nginx/modules}"
signing_module=$DRAGOMAN_NGINX_MODULES/ngx_http_js_module.so
if [ -n "$DRAGOMAN_FRONT_KEY" ] && [ ! -e "$signing_module" ]; then
    # The files may be meant for another machine, so this is no mistake yet.
    echo "render.sh: DRAGOMAN_FRONT_KEY needs nginx's JavaScript module, and there is no $signing_module; Debian and Ubuntu have it in the package libnginx-mod-http-js, nginx.org in nginx-module-njs; or set DRAGOMAN_NGINX_MODULES" >&2
fi

# nginx sends a request to at most ten places, including the page of an error.
most_servers=8

case $DRAGOMAN_FUNCTIONS in
    '') scheme=http port=80 header='' rest=any-sidecar ;;
    https://*) scheme=https port=443 header=available rest=functions ;;
    *) scheme=http port=80 header=available rest=functions ;;
esac
functions=
number=0
for server in $(echo "$DRAGOMAN_FUNCTIONS" | tr ',' ' '); do
    case $server in
        "$scheme"://*) server=${server#"$scheme"://} ;;
        *://*) refuse "DRAGOMAN_FUNCTIONS names servers of http and others; all servers have to be alike" ;;
    esac
    server=${server%/}
    case $server in
        *:*) ;;
        *) server=$server:$port ;;
    esac
    functions="$functions $server"
    number=$((number + 1))
done
if [ $number -gt $most_servers ]; then
    refuse "DRAGOMAN_FUNCTIONS names $number servers; allowed are up to $most_servers"
fi
if [ $scheme = https ] && [ $number -gt 1 ]; then
    # The name in the certificate and in Host can be that of one app only.
    refuse "DRAGOMAN_FUNCTIONS names $number servers of https; allowed is one, behind which Azure scales"
fi
if [ -n "$DRAGOMAN_FUNCTIONS" ] && [ $number -eq 0 ]; then
    refuse "DRAGOMAN_FUNCTIONS is \"$DRAGOMAN_FUNCTIONS\", which names no server"
fi
# Without functions, nginx still needs a name for an upstream to which it never sends a request.
functions=${functions:- ${DRAGOMAN_SIDECAR%%,*}}
# Azure finds the app by the Host header. On loopback the processes check the client's own Host.
# shellcheck disable=SC2016 # $passed_host is a variable of nginx.
case $scheme in
    https) host=${functions# } host=${host%:443} functions_idle=60s ;;
    *) host='$passed_host' functions_idle=3s ;;
esac
tls_name=${functions# }
tls_name=${tls_name%% *}
tls_name=${tls_name%:*}

between() {
    if [ "$2" -lt "$1" ]; then echo "$1"; elif [ "$2" -gt "$3" ]; then echo "$3"; else echo "$2"; fi
}

# The maximum of limit_conn.
most_connections=65535

case $DRAGOMAN_WORKER_CONNECTIONS in
    '' | *[!0-9]*) refuse "DRAGOMAN_WORKER_CONNECTIONS is \"$DRAGOMAN_WORKER_CONNECTIONS\"; it must be a number" ;;
esac
case $DRAGOMAN_WORKERS in
    auto) ;;
    '' | *[!0-9]*) refuse "DRAGOMAN_WORKERS is \"$DRAGOMAN_WORKERS\"; it must be a number, or auto" ;;
esac
case $DRAGOMAN_CLIENT_REQUESTS in
    # A running request needs two connections, and one address may have half of all requests.
    '') DRAGOMAN_CLIENT_REQUESTS=$(between 1 $(($(number_of_workers) * DRAGOMAN_WORKER_CONNECTIONS / 4)) $most_connections) ;;
    *[!0-9]* | 0 | ??????*) refuse "DRAGOMAN_CLIENT_REQUESTS is \"$DRAGOMAN_CLIENT_REQUESTS\"; it must be a number from 1 to $most_connections" ;;
esac
if [ "$DRAGOMAN_CLIENT_REQUESTS" -gt $most_connections ]; then
    refuse "DRAGOMAN_CLIENT_REQUESTS is $DRAGOMAN_CLIENT_REQUESTS; it must be a number from 1 to $most_connections"
fi

case $DRAGOMAN_LARGE_BODIES in
    '' | *[!0-9]* | 0* | 1 | ??????*) refuse "DRAGOMAN_LARGE_BODIES is \"$DRAGOMAN_LARGE_BODIES\"; it must be a number from 2 to $most_connections" ;;
esac
if [ "$DRAGOMAN_LARGE_BODIES" -gt $most_connections ]; then
    refuse "DRAGOMAN_LARGE_BODIES is $DRAGOMAN_LARGE_BODIES; it must be a number from 2 to $most_connections"
fi

sidecars=$(echo "$DRAGOMAN_SIDECAR" | tr ',' ' ')
# shellcheck disable=SC2086 # one word per sidecar
set -- "$target" $sidecars
shift
if [ $# -lt 1 ] || [ $# -gt $most_servers ]; then
    refuse "DRAGOMAN_SIDECAR names $# sidecars; allowed are 1 to $most_servers"
fi
# When the first sidecar hands a request back because it is stopping, nginx tries each of the others in turn.
# A request whose body nginx does not keep cannot be sent again. It uses a new connection each time: a stopping sidecar
# closes its port first if there are others, so that connection is refused before anything was sent.
if [ $# -gt 1 ]; then
    next=@sidecar_1 next_unbuffered=unavailable unbuffered_upstream=sidecar_anew
else
    next='' next_unbuffered='' unbuffered_upstream=sidecar
fi
# A request that the functions hand back may have passed all sidecars already. With many sidecars it cannot do so again.
if [ $# -le 3 ]; then next_after_functions=$next; else next_after_functions=; fi

upstream() {
    cat <<TEXT
upstream $1 {
   $2
    keepalive $3;
    keepalive_requests 1000000;
    # A stopping process waits until nginx has closed its idle connections, so that no request meets a closing connection.
    keepalive_timeout $4;
}
TEXT
}
functions_upstream() {
    servers=
    for server in $functions; do servers="$servers server $server max_fails=0;"; done
    # A connection over TLS is worth keeping, because the app behind it is more than one process.
    upstream functions "$servers" 64 "$functions_idle"
}
sidecar_upstreams() {
    servers=
    for sidecar; do servers="$servers server $sidecar max_fails=0;"; done
    upstream sidecar "$servers" 256 3s
    [ $# -gt 1 ] || return 0
    echo "upstream sidecar_anew {"
    echo "   $servers"
    echo "}"
    number=0
    for sidecar; do
        number=$((number + 1))
        servers=" server $sidecar max_fails=0;"
        for other; do [ "$other" = "$sidecar" ] || servers="$servers server $other max_fails=0 backup;"; done
        upstream "sidecar_$number" "$servers" 256 3s
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
            refuse "DRAGOMAN_$1 may contain only letters, digits and . _ : / @ = + , [ ] -"
            ;;
    esac
    substitute "$1" "$2"
}
substitute_value NGINX_LISTEN "$DRAGOMAN_NGINX_LISTEN"
substitute_value SIDECAR "$DRAGOMAN_SIDECAR"
substitute NEXT_SIDECAR "$next"
substitute NEXT_AFTER_FUNCTIONS "$next_after_functions"
substitute REST "$rest"
substitute_value FUNCTIONS "$DRAGOMAN_FUNCTIONS"
substitute FUNCTIONS_SCHEME "$scheme"
substitute FUNCTIONS_HOST "$host"
substitute FUNCTIONS_TLS_NAME "$tls_name"
substitute FUNCTIONS_HEADER "$header"
substitute_value FUNCTIONS_KEY "$DRAGOMAN_FUNCTIONS_KEY"
substitute_value FRONT_KEY "$DRAGOMAN_FRONT_KEY"
substitute_value NGINX_MODULES "$DRAGOMAN_NGINX_MODULES"
substitute_value CA_CERTIFICATES "$DRAGOMAN_CA_CERTIFICATES"
substitute_value TRUSTED_PROXY "$DRAGOMAN_TRUSTED_PROXY"
substitute_value BODY_LIMIT "$DRAGOMAN_BODY_LIMIT"
substitute_value CLIENT_REQUESTS "$DRAGOMAN_CLIENT_REQUESTS"
substitute LARGE_BODIES "$DRAGOMAN_LARGE_BODIES"
substitute CLIENT_LARGE_BODIES $((DRAGOMAN_LARGE_BODIES / 2))
substitute UNBUFFERED_UPSTREAM "$unbuffered_upstream"
substitute NEXT_UNBUFFERED "$next_unbuffered"
substitute_value WORKERS "$DRAGOMAN_WORKERS"
substitute_value WORKER_CONNECTIONS "$DRAGOMAN_WORKER_CONNECTIONS"
substitute_value OPEN_FILES "$DRAGOMAN_OPEN_FILES"
substitute_value DRAIN "$DRAGOMAN_DRAIN"
substitute_value ACCESS_LOG "$DRAGOMAN_ACCESS_LOG"
substitute_value ERROR_LOG "$DRAGOMAN_ERROR_LOG"
substitute_value REQUEST_ERROR_LOG "$DRAGOMAN_REQUEST_ERROR_LOG"
substitute_value NGINX_RUN "$DRAGOMAN_NGINX_RUN"

for file in "$source_directory"/*.conf "$source_directory"/*.js; do
    rendered=$target/$(basename "$file")
    # Other users must not be able to read the key.
    (umask 077 && sed "$substitutions" "$file" >"$rendered")
    # shellcheck disable=SC2016 # grep must search for the literal text.
    if grep -n '${DRAGOMAN_' "$rendered" >&2; then
        echo "render.sh: $file uses a value that render.sh does not know" >&2
        exit 1
    fi
done

{
    functions_upstream
    sidecar_upstreams "$@"
} >"$target/upstreams.conf"
sidecar_locations "$@" >"$target/sidecar-locations.conf"
if [ -n "$DRAGOMAN_FRONT_KEY" ]; then
    echo "load_module $signing_module;" >"$target/modules.conf"
    {
        echo "js_import front from $target/front-signature.js;"
        echo "js_set \$front_signature front.sign;"
    } >"$target/front-signature.conf"
else
    # A header with an empty value is not sent.
    : >"$target/modules.conf"
    # shellcheck disable=SC2016 # $front_signature is a variable of nginx.
    echo 'map "" $front_signature { default ""; }' >"$target/front-signature.conf"
fi
