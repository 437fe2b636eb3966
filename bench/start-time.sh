#!/usr/bin/env bash
# Measures the seconds from a clean clone of the last commit to the first answer through ./run.sh, and then again from
# the built tree. NuGet packages come from this machine's cache if they are there.
#
#   bench/start-time.sh
set -euo pipefail
# Print times with a decimal point in every locale.
export LC_ALL=C

deadline_seconds=600
runner=
clone=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-start-time.XXXXXXXX")

main() {
    trap clean_up EXIT
    trap 'exit 1' INT TERM HUP
    local repository
    repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

    local began=$EPOCHREALTIME
    git clone --quiet "$repository" "$clone/dragoman"
    local seconds
    seconds=$(seconds_to_first_answer "$began")
    printf 'clean clone to first answer: %s s\n' "$seconds"
    stop_runner
    seconds=$(seconds_to_first_answer "$EPOCHREALTIME")
    printf 'built tree to first answer:  %s s\n' "$seconds"
}

# Leaves run.sh running and writes its process id to a file, because this function is called in a subshell.
seconds_to_first_answer() {
    local began=$1 port answer
    port=$(free_port)
    (
        # Use the emulator, whatever provider the environment turns on.
        unset OPENAI_API_KEY MISTRAL_API_KEY LMSTUDIO_BASE_URL AZURE_OPENAI_ENDPOINT ANTHROPIC_API_KEY GEMINI_API_KEY
        for variable in $(compgen -e DRAGOMAN); do unset "$variable"; done
        cd "$clone/dragoman"
        PORT=$port exec ./run.sh >"$clone/run.log" 2>&1 </dev/null
    ) &
    echo $! >"$clone/pid"
    until answer=$(ask "$port") && [[ $answer == *'"done":true'* ]]; do
        if ! kill -0 "$(<"$clone/pid")" 2>/dev/null || (($(elapsed_whole "$began") > deadline_seconds)); then
            tail -n 20 "$clone/run.log" >&2
            echo "start-time.sh: there was no answer" >&2
            exit 1
        fi
        sleep 0.05
    done
    awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'
}

ask() {
    curl --silent --fail --max-time 10 "http://127.0.0.1:$1/api/chat" \
        -d '{"model":"mistral-small-latest","messages":[{"role":"user","content":"Hello"}]}'
}

elapsed_whole() {
    echo $((${EPOCHREALTIME%.*} - ${1%.*}))
}

free_port() {
    local port
    for port in $(shuf -i 20000-30000 -n 50); do
        if ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    echo "start-time.sh: found no free port" >&2
    exit 1
}

stop_runner() {
    [[ -f $clone/pid ]] || return 0
    runner=$(<"$clone/pid")
    kill -TERM "$runner" 2>/dev/null || true
    while kill -0 "$runner" 2>/dev/null; do sleep 0.05; done
    rm -f "$clone/pid"
}

clean_up() {
    stop_runner
    rm -rf "$clone"
}

main
