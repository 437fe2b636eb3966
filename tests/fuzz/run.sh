#!/usr/bin/env bash
# Fuzzes what reads requests, providers' answers, schemas, names and the configuration, in one process and guided by the
# branches that the gateway takes:
#
#   tests/fuzz/run.sh [TARGET|all] [SECONDS]    SECONDS for each target, 10 if not given; FUZZ_SEED=N for other inputs
#   tests/fuzz/run.sh list                      names the targets
#   tests/fuzz/run.sh replay TARGET FILE...     checks inputs again, such as a find
#   tests/fuzz/run.sh afl TARGET SECONDS        the same target under AFL++, where it is installed (Debian: afl++)
#   tests/fuzz/run.sh seed                      writes the corpus anew from tests/streams
#
# Finds go to artifacts/fuzz/finds: the smallest input of each, and beside it what went wrong.
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
            copy_instrumented || echo "fuzz: without SharpFuzz.CommandLine $sharpfuzz_version nothing guides the search" >&2
            exec "$work/bin/dragoman-fuzz" run "${1:-all}" "${2:-10}" "$corpus" "$work/finds" "${FUZZ_SEED:-1}"
            ;;
    esac
}

# A copy of the build, in which the gateway tells its branches.
copy_instrumented() {
    mkdir -p "$work"
    rm -rf "${work:?}/bin"
    cp -r "$root/tests/fuzz/bin/Release/net10.0" "$work/bin"
    if [[ ! -x $work/tools/sharpfuzz ]]; then
        dotnet tool install SharpFuzz.CommandLine --version "$sharpfuzz_version" --tool-path "$work/tools" >"$work/tool.log" 2>&1 || return 1
    fi
    # The tool is built for an older runtime than the SDK may have.
    DOTNET_ROLL_FORWARD=Major "$work/tools/sharpfuzz" "$work/bin/Dragoman.Gateway.dll" >"$work/instrument.log" 2>&1 || return 1
}

run_afl() {
    command -v afl-fuzz >/dev/null || fail "AFL++ is missing; install it and try again: sudo apt-get install --no-install-recommends afl++"
    [[ -d $corpus/$1 ]] || fail "there is no target $1; tests/fuzz/run.sh list names them"
    mkdir -p "$work/afl"
    # It would else look for compile-time instrumentation and for the system's own treatment of crashes.
    AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
        afl-fuzz -V "$2" -t 10000 -m none -i "$corpus/$1" -o "$work/afl/$1" dotnet "$work/bin/dragoman-fuzz.dll" afl "$1"
}

fail() {
    echo "tests/fuzz/run.sh: $1" >&2
    exit 1
}

main "$@"
