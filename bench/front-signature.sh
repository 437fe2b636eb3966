#!/usr/bin/env bash
# Measures what signing a request to the functions costs nginx: bench/front-signature.sh [REQUESTS]. It sends the requests through
# the real front to a stand-in of the functions, in turn with and without DRAGOMAN_FRONT_KEY, and prints the processor time of the
# front's worker and the latency of a request. Needs nginx with njs, and ab (the package apache2-utils).
set -euo pipefail
# A decimal point in every locale.
export LC_ALL=C

cd "$(dirname "${BASH_SOURCE[0]}")/.."
requests=${1:-20000}
rounds=9
nginx=$(nginx/install.sh njs)
command -v ab >/dev/null || { echo "ab is missing; install apache2-utils and try again" >&2; exit 1; }
directory=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-front.XXXXXXXX")
chmod 711 "$directory"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$directory"' EXIT

free_port() {
    local port
    while port=$((RANDOM % 20000 + 20000)); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

start() {
    "$nginx" -e stderr -p "$1" -c "$1/nginx.conf" -g 'daemon off;' 2>"$1/log" &
    pids+=($!)
    until (: <>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do
        kill -0 "${pids[-1]}" || { cat "$1/log" >&2; exit 1; }
        read -rt 0.05 <> <(:) || true
    done
}

functions_port=$(free_port)
mkdir "$directory/functions"
cat >"$directory/functions/nginx.conf" <<TEXT
worker_processes 1;
pid $directory/functions/nginx.pid;
events { worker_connections 512; }
http {
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path $directory/functions/body;
    proxy_temp_path $directory/functions/proxy;
    fastcgi_temp_path $directory/functions/fastcgi;
    uwsgi_temp_path $directory/functions/uwsgi;
    scgi_temp_path $directory/functions/scgi;
    server { listen 127.0.0.1:$functions_port; location / { return 200 "{}"; } }
}
TEXT
start "$directory/functions" "$functions_port"

declare -A port worker
for way in plain signed; do
    key=
    [[ $way == plain ]] || key=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
    port[$way]=$(free_port)
    DRAGOMAN_NGINX_LISTEN=127.0.0.1:${port[$way]} DRAGOMAN_FUNCTIONS=127.0.0.1:$functions_port DRAGOMAN_FRONT_KEY=$key DRAGOMAN_WORKERS=1 \
        DRAGOMAN_WORKER_CONNECTIONS=512 DRAGOMAN_CLIENT_REQUESTS=256 DRAGOMAN_ACCESS_LOG=/dev/null nginx/render.sh "$directory/$way"
    chmod 711 "$directory/$way"
    start "$directory/$way" "${port[$way]}"
    worker[$way]=$(<"/proc/${pids[-1]}/task/${pids[-1]}/children")
    worker[$way]=${worker[$way]%% *}
done

# Processor time of a process in nanoseconds, which the kernel counts exactly.
processor_time() {
    local fields
    read -ra fields <"/proc/$1/schedstat"
    echo "${fields[0]}"
}

for ((round = 1; round <= rounds; round++)); do
    for way in plain signed; do
        before=$(processor_time "${worker[$way]}")
        ab -q -k -c 1 -n "$requests" "http://127.0.0.1:${port[$way]}/api/tags" >"$directory/ab"
        used=$(($(processor_time "${worker[$way]}") - before))
        if ! grep -q '^Failed requests: *0$' "$directory/ab" || grep -q '^Non-2xx' "$directory/ab"; then
            cat "$directory/ab" >&2
            exit 1
        fi
        awk -v used="$used" -v requests="$requests" \
            '/^Time per request:.*\(mean\)$/ { latency = $4 } END { printf "%.1f %.1f\n", used / requests / 1000, latency * 1000 }' \
            "$directory/ab" >>"$directory/$way.figures"
    done
done

median() {
    cut -d ' ' -f "$1" "$2" | sort -n | sed -n "$(((rounds + 1) / 2))p"
}

for way in plain signed; do
    printf '%-6s median of %d rounds: %s us of processor time, %s us latency; least: %s us and %s us\n' "$way" "$rounds" \
        "$(median 1 "$directory/$way.figures")" "$(median 2 "$directory/$way.figures")" \
        "$(cut -d ' ' -f 1 "$directory/$way.figures" | sort -n | head -n 1)" "$(cut -d ' ' -f 2 "$directory/$way.figures" | sort -n | head -n 1)"
done
