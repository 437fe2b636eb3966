#!/usr/bin/env bash
# Runs every check, from unit tests to real processes and real clients. The last line of its output is:
# N passed, N failed[, N skipped]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
configuration=Release
hang_limit=5min
oldest_node=20
passed=0
failed=0
skipped=0
failed_checks=()
finished=no
background=
results=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-tests.XXXXXXXX")

main() {
    trap close_with_counts EXIT
    # What is built here and by the tests has the packages of the lock files, and no others.
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RestoreLockedMode=true
    command -v dotnet >/dev/null || give_up "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    nginx/install.sh njs >/dev/null || give_up "nginx or its JavaScript module is missing, and the tests need them"

    step "build"
    dotnet build Serverless.sln -c $configuration -v quiet -clp:NoSummary -warnaserror -warnNotAsError:NU1603 || give_up "the build failed"
    check "native executables" ./publish.sh
    check "format" dotnet format Serverless.sln --verify-no-changes --no-restore
    check "conflict markers" has_no_conflict_markers
    check_shell_scripts
    # The compilers of the templates need nothing that other tests use, and these often wait.
    begin_dotnet_tests Infra.Tests
    local project
    for project in tests/*/*.Tests.csproj; do
        project=$(basename "$project" .csproj)
        if [[ $project != Infra.Tests ]]; then run_dotnet_tests "$project"; fi
    done
    end_dotnet_tests Infra.Tests
    check "attack" tests/attack/run.sh --fast
    run_client_tests
    audit_packages
    finished=yes
}

step() {
    printf '\n== %s\n' "$1"
}

give_up() {
    echo "test.sh: $1" >&2
    exit 1
}

# A check counts as one test.
check() {
    local name=$1
    step "$name"
    shift
    if "$@"; then ((passed += 1)); else fail "$name"; fi
}

# Counts a failure that no report of a test runner names.
fail() {
    ((failed += 1))
    failed_checks+=("$1")
}

has_no_conflict_markers() {
    ! grep -rnE --exclude-dir={.git,bin,obj,node_modules,artifacts} '^(<<<<<<<|>>>>>>>) ' .
}

check_shell_scripts() {
    if ! command -v shellcheck >/dev/null && can_install; then install_packages shellcheck || true; fi
    if command -v shellcheck >/dev/null; then
        local scripts
        mapfile -t scripts < <(find . -name '*.sh' -not -path '*/node_modules/*' -not -path '*/bin/*' -not -path '*/obj/*' | sort)
        check "shellcheck" shellcheck "${scripts[@]}" .ci/run
    else
        step "shellcheck is not installed"
        ((skipped += 1))
    fi
}

run_dotnet_tests() {
    local code=0
    step "$1"
    dotnet_tests "$1" 2>&1 | tee "$results/$1.log" || code=$?
    count_dotnet_tests "$1" $code
}

# Runs them beside what follows, up to end_dotnet_tests.
begin_dotnet_tests() {
    dotnet_tests "$1" >"$results/$1.log" 2>&1 &
    background=$!
}

end_dotnet_tests() {
    local code=0
    step "$1"
    wait "$background" || code=$?
    background=
    cat "$results/$1.log"
    count_dotnet_tests "$1" $code
}

dotnet_tests() {
    dotnet test "tests/$1" -c $configuration --no-build --results-directory "$results" --logger "trx;LogFileName=$1.trx" \
        --blame-hang-timeout $hang_limit --blame-hang-dump-type none
}

count_dotnet_tests() {
    local name=$1 code=$2 counters
    if counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null) && (($(counter total) > 0)); then
        local failures
        failures=$(($(counter failed) + $(counter error) + $(counter timeout) + $(counter aborted)))
        ((passed += $(counter passed), failed += failures, skipped += $(counter total) - $(counter executed))) || true
        say_why_skipped "$results/$name.trx"
        # A crash, or a test that did not end.
        if ((code != 0 && failures == 0)); then fail "$name: ended with code $code, but reported no failed test"; fi
    else
        fail "$name: ran no test"
    fi
}

# The runner's own output has only the names. A reason is the first line of its message.
say_why_skipped() {
    sed -n '/outcome="NotExecuted"/,/<\/UnitTestResult>/s/.*<Message>\([^<]*\).*/skipped: \1/p' "$1" | sort | uniq -c
}

counter() {
    sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters" | grep . || echo 0
}

run_client_tests() {
    [[ -f tests/clients/package.json ]] || return 0
    step "clients"
    if ! node_is_new_enough && can_install; then install_packages nodejs npm || true; fi
    if ! node_is_new_enough || ! command -v npm >/dev/null; then
        fail "clients: Node.js $oldest_node or newer and npm are missing; install them and try again: https://nodejs.org/en/download"
        return 0
    fi
    local output=$results/clients.log code=0
    (cd tests/clients && npm ci --no-audit --no-fund && npm test) 2>&1 | tee "$output" || code=$?
    local failures
    failures=$(($(total fail) + $(total cancelled)))
    ((passed += $(total pass), failed += failures, skipped += $(total skipped) + $(total todo))) || true
    if ((code != 0 && failures == 0 || $(total pass) + failures == 0)); then
        fail "clients: ended with exit code $code, but reported no failed test"
    fi
}

# node:test prints at its end lines such as "# pass 12" (tap) or "ℹ pass 12" (spec).
total() {
    sed 's/\x1b\[[0-9;]*m//g' "$output" | awk -v what="$1" '($1 == "#" || $1 == "ℹ") && $2 == what && NF == 3 { sum += $3 } END { print sum + 0 }'
}

# A package index that cannot be asked is no failure: only a known vulnerability of what is published is.
audit_packages() {
    step "audit"
    local code=0
    ./audit.sh || code=$?
    case $code in
        0) ((passed += 1)) ;;
        1) fail "audit: what is published has a package with a known vulnerability" ;;
        *) ((skipped += 1)) ;;
    esac
}

node_is_new_enough() {
    command -v node >/dev/null && (($(node -p 'process.versions.node.split(".")[0]') >= oldest_node))
}

can_install() {
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null
}

install_packages() {
    step "installing $*"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

close_with_counts() {
    [[ -z $background ]] || kill "$background" 2>/dev/null || true
    ((failed == 0)) || name_failures
    rm -rf "$results"
    [[ $finished == yes ]] || ((failed += 1))
    local line="$passed passed, $failed failed"
    ((skipped == 0)) || line+=", $skipped skipped"
    printf '\n%s\n' "$line"
    ((failed == 0)) || exit 1
}

# Prints what failed again at the end, where the reader of a long log looks first.
name_failures() {
    step "failed"
    ((${#failed_checks[@]} == 0)) || printf '%s\n' "${failed_checks[@]}"
    # The name, the message and the trace of each test; and those that ran when the run was aborted.
    sed -n -e '/^  Failed /,/^ *$/p' -e '/[Tt]ests\{0,1\} running when/,/may, or may not/p' "$results"/*.Tests.log 2>/dev/null | cut -c1-500 || true
    sed 's/\x1b\[[0-9;]*m//g' "$results/clients.log" 2>/dev/null | grep -E '^ *(not ok|✖) ' | sort -u || true
}

main "$@"
