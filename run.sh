#!/usr/bin/env bash
# Builds Dragoman and runs it on this machine: nginx in front, the sidecar and the functions behind it, and the emulator
# if no provider is configured. Ctrl-C stops everything and leaves nothing behind. A process that ends by itself is
# started again, at most three times within a minute.
#
#   ./run.sh               front door on http://127.0.0.1:11434
#   PORT=11500 ./run.sh    front door on another port
#
# Providers are turned on by a key in the environment (docs/configuration.md), or by a gateway.json in the working directory,
# beside run.sh, or where DRAGOMAN_CONFIG points.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
front_port=${PORT:-11434}
start_deadline_seconds=60
stop_deadline_seconds=15
largest_log_bytes=$((8 * 1024 * 1024))
most_restarts=3
restarts_within_seconds=60
run_directory=
nginx=
children=()  # in the order in which they were started
followers=()
# ends_of: the seconds at which a child ended; restart_at: the second at which a child is to be started again
declare -A process_of=() port_of=() port_variable_of=() ends_of=() restart_at=()
# The command that makes a child end together with run.sh, even when run.sh is killed.
with_us=()
# The write end of the caretaker's pipe. Only run.sh itself holds it.
alive=
caretaker=

# A read from a pipe that never has data sleeps without starting a process.
exec {silence}<> <(:)

main() {
    [[ $# == 0 ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2; }
    check_front_port
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    nginx=$("$root/nginx/install.sh")

    trap stop_everything EXIT
    trap 'exit 0' INT TERM
    trap 'exit 1' HUP PIPE
    run_directory=$(umask 077 && mktemp -d "${TMPDIR:-/tmp}/dragoman-run.XXXXXXXX")
    # When root starts nginx, its workers run as the user nobody and must be able to enter the directory.
    chmod 711 "$run_directory"
    # Temporary files that the build or a killed child leaves behind are deleted together with our directory.
    export TMPDIR=$run_directory
    hire_caretaker
    # Through the runtime's sockets for debuggers, this user's other processes could read memory and secrets.
    export DOTNET_EnableDiagnostics=${DOTNET_EnableDiagnostics:-0}

    locate_configuration
    build
    local providers
    # A mistake in the configuration is told by the sidecar.
    providers=$(providers_that_are_on) || exit $?
    start_processes "$providers"
    introduce "$providers"
    follow_logs
    watch_processes
}

fail() {
    echo "run.sh: $1" >&2
    exit 1
}

pause() {
    read -rt "$1" -u "$silence" || true
}

is_taken() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

check_front_port() {
    if ! [[ $front_port =~ ^[1-9][0-9]{0,4}$ && $front_port -le 65535 ]]; then
        fail "PORT is '$front_port'; it must be a number from 1 to 65535"
    fi
    if is_taken "$front_port"; then
        fail "port $front_port is taken; stop the process that listens there, or choose another port: PORT=$((front_port % 65535 + 1)) ./run.sh"
    fi
}

locate_configuration() {
    if [[ -z ${DRAGOMAN_CONFIG:-} && ! -f gateway.json && -f $root/gateway.json ]]; then
        export DRAGOMAN_CONFIG=$root/gateway.json
    fi
    export DRAGOMAN_DATA=${DRAGOMAN_DATA:-$root/data}
}

# Prints a line for each provider that the sidecar would use: name, dialect and address, with tabs between them. Prints nothing
# if the emulator is the provider.
providers_that_are_on() {
    DRAGOMAN_SIDECAR_PORT=0 "$root/sidecar/bin/Release/net10.0/dragoman-sidecar" --providers
}

build() {
    # Only the sidecar knows whether the emulator is needed.
    local projects='"functions\\Functions.csproj", "sidecar\\Sidecar.csproj", "emulator\\Emulator.csproj"'
    echo "building"
    printf '{ "solution": { "path": "%s/Serverless.sln", "projects": [ %s ] } }\n' "$root" "$projects" >"$run_directory/run.slnf"
    # Only one build runs in this directory at a time, and no build server is left behind. Without a Functions host the custom
    # handler is all that is needed of the functions; the isolated worker's build restores hundreds of megabytes of packages.
    (
        exec {lock}<"$root"
        flock "$lock"
        exec {alive}>&-
        DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
            dotnet build "$run_directory/run.slnf" -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false \
            -p:HostingModel=custom
    ) >"$run_directory/build.log" 2>&1 || {
        cat "$run_directory/build.log" >&2
        fail "the build failed"
    }
}

# Makes sure that no process outlives run.sh, even when run.sh is killed. If setpriv is available, the kernel sends the
# children a signal. A caretaker then ends the remaining processes and removes the directory.
hire_caretaker() {
    if setpriv --pdeathsig TERM true 2>/dev/null; then with_us=(setpriv --pdeathsig TERM); fi
    exec {alive}> >(take_care)
    caretaker=$!
}

take_care() {
    local file group
    trap '' INT TERM HUP PIPE
    # cat ends when run.sh has ended, for any reason.
    cat >/dev/null
    [[ -d $run_directory ]] || return 0
    for file in "$run_directory"/*.pid; do
        [[ -f $file ]] || continue
        group=$(<"$file")
        kill -TERM -- "-$group" 2>/dev/null || continue
        for ((patience = 0; patience < 100; patience++)); do
            kill -0 -- "-$group" 2>/dev/null || break
            pause 0.05
        done
        kill -KILL -- "-$group" 2>/dev/null || true
    done
    rm -rf "$run_directory"
}

# Starts a program in its own process group, so that Ctrl-C reaches only run.sh and run.sh decides the order of the stop.
launch() {
    set -m
    "$@" {alive}>&- &
    set +m
}

start() {
    local name=$1
    shift
    launch "${with_us[@]}" "$@" >>"$run_directory/$name.log" 2>&1 </dev/null
    [[ -n ${process_of[$name]:-} ]] || children+=("$name")
    process_of[$name]=$!
    echo "$!" >"$run_directory/$name.pid"
}

start_ours() {
    local name=$1 usual_port=$3 port=$3
    port_variable_of[$name]=$2
    # With port 0 the process chooses a free port and prints it.
    ! is_taken "$usual_port" || port=0
    start_at "$name" "$port"
}

start_at() {
    local output=$root/$1/bin
    [[ $1 != functions ]] || output+=/custom
    start "$1" env "${port_variable_of[$1]}=$2" "$output/Release/net10.0/dragoman-$1"
}

await_ours() {
    local name=$1
    await "$name" announced_port "$name"
    port_of[$name]=$(announced_port "$name")
    await "$name" is_healthy "${port_of[$name]}"
}

announced_port() {
    sed -n "s|^dragoman-$1 listening on http://127\.0\.0\.1:\([0-9]*\).*|\1|p" "$run_directory/$1.log" | grep -m 1 .
}

is_healthy() {
    [[ $(http_get "$1" /health | head -n 1) == *" 200 "* ]]
}

http_get() {
    (
        exec {connection}<>"/dev/tcp/127.0.0.1/$1"
        printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&"$connection"
        timeout 5 cat <&"$connection"
    ) 2>/dev/null
}

await() {
    local name=$1 deadline=$((SECONDS + start_deadline_seconds))
    shift
    until "$@" >/dev/null; do
        is_running "$name" || report_end "$name"
        if ((SECONDS >= deadline)); then
            show_last_lines "$name"
            fail "$name did not answer within $start_deadline_seconds seconds"
        fi
        pause 0.05
    done
}

start_processes() {
    # Only this user may read the files that they write.
    umask 077
    if [[ -z $1 ]]; then
        start_ours emulator DRAGOMAN_EMULATOR_PORT 4755
        await_ours emulator
        export DRAGOMAN_EMULATOR_URL=http://127.0.0.1:${port_of[emulator]}/v1
    fi
    start_ours functions FUNCTIONS_CUSTOMHANDLER_PORT 7071
    start_ours sidecar DRAGOMAN_SIDECAR_PORT 5081
    await_ours functions
    await_ours sidecar
    start_nginx
    await nginx is_healthy "$front_port"
}

start_nginx() {
    DRAGOMAN_NGINX_LISTEN=127.0.0.1:$front_port \
        DRAGOMAN_SIDECAR=127.0.0.1:${port_of[sidecar]} \
        DRAGOMAN_FUNCTIONS=127.0.0.1:${port_of[functions]} \
        "$root/nginx/render.sh" "$run_directory/nginx"
    chmod 711 "$run_directory/nginx"
    port_of[nginx]=$front_port
    start_rendered_nginx
}

start_rendered_nginx() {
    # Before 1.19.5, nginx has no -e, and reports once that it may not open a log.
    local error_log=(-e stderr)
    "$nginx" "${error_log[@]}" -v 2>/dev/null || error_log=()
    start nginx "$nginx" "${error_log[@]}" -p "$run_directory/nginx" -c "$run_directory/nginx/nginx.conf" -g 'daemon off;'
}

introduce() {
    local door=http://127.0.0.1:$front_port name dialect address model key=
    [[ $(http_get "$front_port" /api/tags | head -n 1) != *" 401 "* ]] || key=" -H 'Authorization: Bearer KEY'"
    model=$(http_get "$front_port" /api/tags | grep -o '"name":"[^"]*"' | cut -d '"' -f 4 | grep -v embed | head -n 1) || true
    model=${model:-MODEL}

    echo
    printf '  %-10s %-29s %s\n' \
        process address 'answers' \
        nginx "$door" 'every client: Ollama, OpenAI and Anthropic tools' \
        sidecar "http://127.0.0.1:${port_of[sidecar]}" 'requests that stream' \
        functions "http://127.0.0.1:${port_of[functions]}" 'all other requests; when it is down, the sidecar answers'
    if [[ -z $1 ]]; then
        printf '  %-10s %-29s %s\n' emulator "http://127.0.0.1:${port_of[emulator]}" 'instead of a provider'
        printf '\nModels: the emulator'\''s. No provider is configured, so the answers are made up.\n'
        printf 'For real models, turn a provider on, as docs/configuration.md says, and start again.\n'
    else
        printf '\nModels of:\n'
        while IFS=$'\t' read -r name dialect address; do
            printf '  %-10s %-29s dialect %s\n' "$name" "$address" "$dialect"
        done <<<"$1"
    fi
    cat <<TEXT

Try it:
  curl $door/api/chat$key -d '{"model":"$model","messages":[{"role":"user","content":"Hello"}]}'
  curl $door/v1/chat/completions$key -d '{"model":"$model","messages":[{"role":"user","content":"Hello"}]}'
TEXT
    if [[ -z $key ]]; then
        echo "  OLLAMA_HOST=$door ollama run $model"
    else
        printf '\nEvery client needs the key of a team; docs/clients.md says where each has a place for it. An administrator creates it:\n'
        printf '  dotnet run --project cli -- team create web\n  dotnet run --project cli -- key create --team web\n'
    fi
    printf '\nCtrl-C stops everything. The logs:\n'
}

follow_logs() {
    local name
    for name in "${children[@]}"; do
        launch follow_log "$name"
        followers+=($!)
    done
}

follow_log() {
    # $$ is the id of run.sh here too, in the background.
    tail -n +1 -f --pid=$$ "$run_directory/$1.log" 2>/dev/null | sed -u "s/^/$(printf '%-9s' "$1") | /"
}

watch_processes() {
    local name follower
    while pause 0.5; do
        for name in "${children[@]}"; do
            is_running "$name" || revive "$name"
            keep_log_small "$run_directory/$name.log"
        done
        for follower in "${followers[@]}"; do
            # The reader of the logs has ended.
            kill -0 "$follower" 2>/dev/null || exit 1
        done
    done
}

# Restarts a child that has ended: after one second, then after two, then after four. The others continue.
revive() {
    local name=$1 code=0 end recent=()
    if [[ -n ${restart_at[$name]:-} ]]; then
        ((SECONDS >= restart_at[$name])) || return 0
        unset "restart_at[$name]"
        if [[ $name == nginx ]]; then start_rendered_nginx; else start_at "$name" "${port_of[$name]}"; fi
        return 0
    fi
    wait "${process_of[$name]}" 2>/dev/null || code=$?
    # Processes that it had started, such as nginx's workers, would keep its port in use.
    kill -KILL -- "-${process_of[$name]}" 2>/dev/null || true
    for end in ${ends_of[$name]:-}; do
        ((SECONDS - end >= restarts_within_seconds)) || recent+=("$end")
    done
    if ((${#recent[@]} >= most_restarts)); then
        show_last_lines "$name"
        fail "$name ended with exit code $code, and it was started again $most_restarts times within $restarts_within_seconds seconds already, so run.sh stops everything"
    fi
    restart_at[$name]=$((SECONDS + (1 << ${#recent[@]})))
    recent+=("$SECONDS")
    ends_of[$name]=${recent[*]}
    echo "run.sh: $name ended by itself with exit code $code; it is started again" >&2
}

is_running() {
    local status
    { read -r status <"/proc/${process_of[$1]}/stat"; } 2>/dev/null || return 1
    # A process that has ended, but was not yet waited for, is a zombie.
    [[ ${status##*) } != Z* ]]
}

keep_log_small() {
    if (($(stat -c %s "$1") > largest_log_bytes)); then : >"$1"; fi
}

report_end() {
    local code=0
    wait "${process_of[$1]}" 2>/dev/null || code=$?
    show_last_lines "$1"
    fail "$1 ended by itself with exit code $code, so run.sh stops everything"
}

show_last_lines() {
    printf '\nthe last lines of %s:\n' "$1" >&2
    tail -n 20 "$run_directory/$1.log" | sed 's/^/  /' >&2
}

# After the first signal streams continue for a while. The second signal ends them with an error that clients understand.
hurry_up() {
    local name patience
    for name in sidecar functions; do
        [[ -n ${process_of[$name]:-} ]] || continue
        for ((patience = 0; patience < 50; patience++)); do
            is_running "$name" || continue 2
            pause 0.02
        done
        kill -TERM "${process_of[$name]}" 2>/dev/null || true
    done
}

stop_everything() {
    trap '' INT TERM HUP PIPE
    local deadline=$((SECONDS + stop_deadline_seconds)) index name
    for ((index = ${#children[@]} - 1; index >= 0; index--)); do
        name=${children[index]}
        [[ $name == emulator ]] || kill -TERM "${process_of[$name]}" 2>/dev/null || true
    done
    hurry_up
    for ((index = ${#children[@]} - 1; index >= 0; index--)); do
        name=${children[index]}
        # Streams from the emulator must end with the gateway's own error, so the emulator is stopped last.
        [[ $name != emulator ]] || kill -TERM "${process_of[$name]}" 2>/dev/null || true
        while is_running "$name" && ((SECONDS < deadline)); do pause 0.02; done
        # A process that did not end by itself is killed, together with all processes that it started.
        kill -KILL -- "-${process_of[$name]}" 2>/dev/null || true
    done
    for name in "${followers[@]}"; do
        kill -TERM -- "-$name" 2>/dev/null || true
    done
    # Do not wait for the caretaker yet: it waits for the end of run.sh.
    for name in "${process_of[@]}" "${followers[@]}"; do
        wait "$name" 2>/dev/null || true
    done
    [[ -z $run_directory ]] || rm -rf "$run_directory"
    if [[ -n $caretaker ]]; then
        exec {alive}>&-
        wait "$caretaker" 2>/dev/null || true
    fi
}

# A test may source this file to call a single function.
[[ ${BASH_SOURCE[0]} != "$0" ]] || main "$@"
