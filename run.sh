#!/usr/bin/env bash
# Builds Dragoman and runs all of it on this machine: nginx in front, sidecar and functions behind it, and the
# emulator where no provider is configured. Ctrl-C stops everything and leaves nothing behind. A process that ends by
# itself is started again, three times within a minute at the most.
#
#   ./run.sh               front door on http://127.0.0.1:11434
#   PORT=11500 ./run.sh    front door on another port
#
# A provider's key in the environment (OPENAI_API_KEY, MISTRAL_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY),
# AZURE_OPENAI_ENDPOINT, LMSTUDIO_BASE_URL, or a gateway.json (here, beside run.sh, or named by DRAGOMAN_CONFIG) makes the
# models that provider's.
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
children=()  # in the order of their start
followers=()
# ends_of: seconds at which a child ended; restart_at: the second in which one that ended is started again
declare -A process_of=() port_of=() port_variable_of=() ends_of=() restart_at=()
# What makes a child end with run.sh, even when run.sh is killed.
with_us=()
# The writing end of the caretaker's pipe, which only run.sh itself holds.
alive=
caretaker=

# Reading from a pipe that never holds anything is a sleep without a process.
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
    # nginx started by root works as nobody, and must be able to enter.
    chmod 711 "$run_directory"
    # What the build or a killed child forgets in its temporary directory goes with ours.
    export TMPDIR=$run_directory
    hire_caretaker
    # The runtime's sockets for debuggers tell memory and secrets to this user's other processes.
    export DOTNET_EnableDiagnostics=${DOTNET_EnableDiagnostics:-0}

    locate_configuration
    local providers
    providers=$(configured_providers)
    build "$providers"
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
        fail "port $front_port is taken; stop what listens there, or choose another one: PORT=$((front_port % 65535 + 1)) ./run.sh"
    fi
}

locate_configuration() {
    if [[ -z ${DRAGOMAN_CONFIG:-} && ! -f gateway.json && -f $root/gateway.json ]]; then
        export DRAGOMAN_CONFIG=$root/gateway.json
    fi
    export DRAGOMAN_DATA=${DRAGOMAN_DATA:-$root/data}
}

# What the environment or the configuration file turns on; nothing when the emulator is the provider.
configured_providers() {
    local found=() configuration=${DRAGOMAN_CONFIG:-gateway.json}
    [[ -z ${OPENAI_API_KEY:-} ]] || found+=("OpenAI (OPENAI_API_KEY)")
    [[ -z ${MISTRAL_API_KEY:-} ]] || found+=("Mistral (MISTRAL_API_KEY)")
    [[ -z ${ANTHROPIC_API_KEY:-} ]] || found+=("Anthropic (ANTHROPIC_API_KEY)")
    [[ -z ${GEMINI_API_KEY:-} ]] || found+=("Gemini (GEMINI_API_KEY)")
    [[ -z ${AZURE_OPENAI_ENDPOINT:-} ]] || found+=("Azure OpenAI (AZURE_OPENAI_ENDPOINT)")
    [[ -z ${LMSTUDIO_BASE_URL:-} ]] || found+=("LM Studio (LMSTUDIO_BASE_URL)")
    [[ ! -f $configuration ]] || ! grep -q '"providers"' "$configuration" || found+=("those of $configuration")
    ! env | grep -qi '^DRAGOMAN__providers__' || found+=("those of DRAGOMAN__providers__*")
    [[ -z ${DRAGOMAN_EMULATOR_URL:-} ]] || found+=("the emulator at $DRAGOMAN_EMULATOR_URL")
    local list
    printf -v list '%s, ' "${found[@]}"
    [[ ${#found[@]} == 0 ]] || echo "${list%, }"
}

build() {
    local projects='"functions\\Functions.csproj", "sidecar\\Sidecar.csproj"'
    [[ -n $1 ]] || projects+=', "emulator\\Emulator.csproj"'
    echo "building"
    printf '{ "solution": { "path": "%s/Serverless.sln", "projects": [ %s ] } }\n' "$root" "$projects" >"$run_directory/run.slnf"
    # One build at a time in this folder, and no build server left behind.
    (
        exec {lock}<"$root"
        flock "$lock"
        exec {alive}>&-
        DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
            dotnet build "$run_directory/run.slnf" -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
    ) >"$run_directory/build.log" 2>&1 || {
        cat "$run_directory/build.log" >&2
        fail "the build failed"
    }
}

# Sees to it that nothing outlives run.sh, not even when it is killed: the kernel tells the children where setpriv can
# ask it to, and a caretaker ends whatever is left then and removes the directory.
hire_caretaker() {
    if setpriv --pdeathsig TERM true 2>/dev/null; then with_us=(setpriv --pdeathsig TERM); fi
    exec {alive}> >(take_care)
    caretaker=$!
}

take_care() {
    local file group
    trap '' INT TERM HUP PIPE
    # Ends when run.sh is gone, in whatever way.
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

# Starts a program in a process group of its own, so that Ctrl-C reaches run.sh alone and the order of the stop is ours.
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
    # Port 0 lets the process choose a free one and say which.
    ! is_taken "$usual_port" || port=0
    start_at "$name" "$port"
}

start_at() {
    start "$1" env "${port_variable_of[$1]}=$2" "$root/$1/bin/Release/net10.0/dragoman-$1"
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
    # What they write is for this user alone.
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
    # Older than 1.19.5, nginx knows no -e and complains once about a log it may not open.
    local error_log=(-e stderr)
    "$nginx" "${error_log[@]}" -v 2>/dev/null || error_log=()
    start nginx "$nginx" "${error_log[@]}" -p "$run_directory/nginx" -c "$run_directory/nginx/nginx.conf" -g 'daemon off;'
}

introduce() {
    local door=http://127.0.0.1:$front_port name model
    model=$(http_get "$front_port" /api/tags | grep -o '"name":"[^"]*"' | cut -d '"' -f 4 | grep -v embed | head -n 1) || true
    model=${model:-MODEL}

    echo
    printf '  %-10s %-29s %s\n' \
        process address 'answers' \
        nginx "$door" 'every client: Ollama, OpenAI and Anthropic tools' \
        sidecar "http://127.0.0.1:${port_of[sidecar]}" 'what streams' \
        functions "http://127.0.0.1:${port_of[functions]}" 'everything else; while it is away, the sidecar does'
    if [[ -z $1 ]]; then
        printf '  %-10s %-29s %s\n' emulator "http://127.0.0.1:${port_of[emulator]}" 'in place of a provider'
        printf '\nModels: the emulator'\''s, whose answers are made up, because no provider is configured.\n'
        printf 'For real ones set OPENAI_API_KEY, MISTRAL_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, AZURE_OPENAI_ENDPOINT\nor LMSTUDIO_BASE_URL and start again.\n'
    else
        printf '\nModels: %s.\n' "$1"
    fi
    cat <<TEXT

Try it:
  curl $door/api/chat -d '{"model":"$model","messages":[{"role":"user","content":"Hello"}]}'
  curl $door/v1/chat/completions -d '{"model":"$model","messages":[{"role":"user","content":"Hello"}]}'
  OLLAMA_HOST=$door ollama run $model

Ctrl-C stops everything. The logs:
TEXT
}

follow_logs() {
    local name
    for name in "${children[@]}"; do
        launch follow_log "$name"
        followers+=($!)
    done
}

follow_log() {
    # $$ is run.sh also here, in the background.
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
            # Whoever read the logs is gone.
            kill -0 "$follower" 2>/dev/null || exit 1
        done
    done
}

# Starts a child that has ended again, after a second, then two, then four; the others go on meanwhile.
revive() {
    local name=$1 code=0 end recent=()
    if [[ -n ${restart_at[$name]:-} ]]; then
        ((SECONDS >= restart_at[$name])) || return 0
        unset "restart_at[$name]"
        if [[ $name == nginx ]]; then start_rendered_nginx; else start_at "$name" "${port_of[$name]}"; fi
        return 0
    fi
    wait "${process_of[$name]}" 2>/dev/null || code=$?
    # What it had started, such as nginx's workers, would hold its port.
    kill -KILL -- "-${process_of[$name]}" 2>/dev/null || true
    for end in ${ends_of[$name]:-}; do
        ((SECONDS - end >= restarts_within_seconds)) || recent+=("$end")
    done
    if ((${#recent[@]} >= most_restarts)); then
        show_last_lines "$name"
        fail "$name ended with exit code $code, and it was started again $most_restarts times within $restarts_within_seconds seconds already, so everything else is stopped too"
    fi
    restart_at[$name]=$((SECONDS + (1 << ${#recent[@]})))
    recent+=("$SECONDS")
    ends_of[$name]=${recent[*]}
    echo "run.sh: $name ended by itself with exit code $code; it is started again" >&2
}

is_running() {
    local status
    { read -r status <"/proc/${process_of[$1]}/stat"; } 2>/dev/null || return 1
    # One that has ended and was not yet waited for is a zombie.
    [[ ${status##*) } != Z* ]]
}

keep_log_small() {
    if (($(stat -c %s "$1") > largest_log_bytes)); then : >"$1"; fi
}

report_end() {
    local code=0
    wait "${process_of[$1]}" 2>/dev/null || code=$?
    show_last_lines "$1"
    fail "$1 ended by itself with exit code $code, so everything else is stopped too"
}

show_last_lines() {
    printf '\nthe last lines of %s:\n' "$1" >&2
    tail -n 20 "$run_directory/$1.log" | sed 's/^/  /' >&2
}

# The first signal lets streams run on for a while, the second ends them with an error that their clients understand.
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
        # What streams from the emulator ends with the gateway's own word, so the emulator goes last.
        [[ $name != emulator ]] || kill -TERM "${process_of[$name]}" 2>/dev/null || true
        while is_running "$name" && ((SECONDS < deadline)); do pause 0.02; done
        # What did not go by itself goes with all it started.
        kill -KILL -- "-${process_of[$name]}" 2>/dev/null || true
    done
    for name in "${followers[@]}"; do
        kill -TERM -- "-$name" 2>/dev/null || true
    done
    # The caretaker, which waits for our end, is no child to wait for yet.
    for name in "${process_of[@]}" "${followers[@]}"; do
        wait "$name" 2>/dev/null || true
    done
    [[ -z $run_directory ]] || rm -rf "$run_directory"
    if [[ -n $caretaker ]]; then
        exec {alive}>&-
        wait "$caretaker" 2>/dev/null || true
    fi
}

# A test may ask for a single function.
[[ ${BASH_SOURCE[0]} != "$0" ]] || main "$@"
