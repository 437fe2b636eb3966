#!/usr/bin/env bash
# Fuzzes the code that reads requests, providers' answers, schemas, names and the configuration. It runs in one process
# and is guided by the branches that the gateway takes.
#
#   tests/fuzz/run.sh [TARGET|all] [SECONDS]    runs each target for SECONDS (default 10); FUZZ_SEED=N uses other inputs
#   tests/fuzz/run.sh list                      lists the targets
#   tests/fuzz/run.sh replay TARGET FILE...     checks inputs again, such as a find
#   tests/fuzz/run.sh afl TARGET SECONDS        runs the same target under AFL++ if it is installed (Debian: afl++)
#   tests/fuzz/run.sh seed                      rewrites the corpus from tests/streams
#
# Finds are written to artifacts/fuzz/finds: the smallest input of each, with a description of the failure beside it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$root/artifacts/fuzz
corpus=$root/tests/fuzz/corpus
sharpfuzz_version=2.3.0

main() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    case ${1:-} in
        -h | --help)
            sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
            exit
            ;;
    esac
    dotnet build "$root/tests/fuzz" -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false >&2 || fail "the build failed"
    case ${1:-all} in
        list) exec "$root/tests/fuzz/bin/Release/net10.0/dragoman-fuzz" list ;;
        seed) exec "$root/tests/fuzz/bin/Release/net10.0/dragoman-fuzz" seed "$root/tests/streams" "$corpus" ;;
        replay)
            shift
            exec "$root/tests/fuzz/bin/Release/net10.0/dragoman-fuzz" replay "$@"
            ;;
        afl)
            [[ $# == 3 ]] || fail "usage: tests/fuzz/run.sh afl TARGET SECONDS"
            copy_instrumented || fail "AFL needs SharpFuzz.CommandLine $sharpfuzz_version, which could not be installed"
            run_afl "$2" "$3"
            ;;
        *)
            copy_instrumented || echo "fuzz: SharpFuzz.CommandLine $sharpfuzz_version could not be installed, so the search is not guided" >&2
            exec "$work/bin/dragoman-fuzz" run "${1:-all}" "${2:-10}" "$corpus" "$work/finds" "${FUZZ_SEED:-1}"
            ;;
    esac
}

# Makes a copy of the build in which the gateway is instrumented and reports its branches.
copy_instrumented() {
    mkdir -p "$work"
    rm -rf "${work:?}/bin"
    cp -r "$root/tests/fuzz/bin/Release/net10.0" "$work/bin"
    if [[ ! -x $work/tools/sharpfuzz ]]; then
        dotnet tool install SharpFuzz.CommandLine --version "$sharpfuzz_version" --tool-path "$work/tools" >"$work/tool.log" 2>&1 || return 1
    fi
    # The tool is built for an older runtime, which the SDK may not have.
    DOTNET_ROLL_FORWARD=Major "$work/tools/sharpfuzz" "$work/bin/Dragoman.Gateway.dll" >"$work/instrument.log" 2>&1 || return 1
}

run_afl() {
    command -v afl-fuzz >/dev/null || fail "AFL++ is missing; install it and try again: sudo apt-get install --no-install-recommends afl++"
    [[ -d $corpus/$1 ]] || fail "there is no target $1; tests/fuzz/run.sh list names them"
    mkdir -p "$work/afl"
    # Without these, AFL++ would check for compile-time instrumentation and for the system's crash handling.
    AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
        afl-fuzz -V "$2" -t 10000 -m none -i "$corpus/$1" -o "$work/afl/$1" dotnet "$work/bin/dragoman-fuzz.dll" afl "$1"
}

fail() {
    echo "tests/fuzz/run.sh: $1" >&2
    exit 1
}

main "$@"
