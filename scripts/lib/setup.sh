# shellcheck shell=bash
# Makes sure of what a build, a run and the tests need, and says what it installs. To be sourced.
#
#   setup run     for building and running
#   setup test    the same, with shellcheck, ps, openssl, promtool, systemd-analyze (not on macOS), what looks at the
#                 page (Chromium and HTML Tidy), and Python packages in .venv-tests

readonly oldest_swift=6.2 oldest_server=15 oldest_simdjson=3
readonly unusable=69 # EX_UNAVAILABLE of sysexits.h

step() { printf '\n==> %s\n' "$*"; }

fail() {
    printf '%s\n' "error: $1" "${@:2}" >&2
    exit "$unusable"
}

setup() {
    local purpose=$1 missing
    require_swift
    if [[ $(uname) == Darwin ]]; then find_brew_libraries; fi
    missing=$(list_missing "$purpose")
    if [[ -z $missing ]]; then
        if [[ $purpose == test ]]; then install_python_packages; fi
        return
    fi

    step "Missing here: ${missing//$'\n'/, }"
    if [[ $(uname) == Darwin ]]; then
        # shellcheck disable=SC2046 # one word a package
        install_with_brew $(brew_packages <<<"$missing")
    else
        # shellcheck disable=SC2046
        install_with_apt $(apt_packages <<<"$missing")
    fi
    missing=$(list_missing "$purpose")
    if [[ -n $missing ]]; then
        fail "Installed, but still not found or too old: ${missing//$'\n'/, }." \
            "A newer PostgreSQL for this system: https://www.postgresql.org/download/"
    fi
    if [[ $purpose == test ]]; then install_python_packages; fi
}

require_swift() {
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p') || true
    if [[ -z $version ]]; then
        fail "swift was not found. Install Swift $oldest_swift or later: https://www.swift.org/install/"
    elif ! at_least "$version" "$oldest_swift"; then
        fail "This is Swift $version. Install Swift $oldest_swift or later: https://www.swift.org/install/"
    fi
}

# at_least 6.10 6.2
at_least() {
    local major=${1%%.*} minor=${1#*.} oldest_major=${2%%.*} oldest_minor=${2#*.}
    ((major > oldest_major || (major == oldest_major && minor >= oldest_minor)))
}

# Prints what is missing, a line each; the words are translated into packages below.
list_missing() {
    if has pkg-config; then
        pkg-config --exists libpq || echo libpq
        pkg-config --exists libcrypto || echo OpenSSL
        pkg-config --atleast-version="$oldest_simdjson" simdjson || echo simdjson
    else
        printf '%s\n' pkg-config libpq OpenSSL simdjson
    fi
    has_server || echo PostgreSQL
    if [[ $1 == test ]]; then
        has ps || echo procps
        has shellcheck || echo shellcheck
        has openssl || echo openssl
        has promtool || echo promtool
        [[ -n $(browser) ]] || echo Chromium
        has_tidy || echo tidy
        has_python || echo Python
        if [[ $(uname) != Darwin ]]; then has systemd-analyze || echo systemd-analyze; fi
    fi
}

has() { command -v "$1" >/dev/null; }

# Whether the programs of a PostgreSQL server are somewhere that the job looks into.
has_server() {
    local folders folder version
    IFS=: read -ra folders <<<"${ETL_POSTGRES_BINDIR:-}:$PATH"
    for folder in "${folders[@]}" /usr/lib/postgresql/*/bin {/opt/homebrew,/usr/local}/opt/postgresql@*/bin; do
        if [[ ! -x $folder/initdb || ! -x $folder/postgres ]]; then continue; fi
        version=$("$folder/postgres" --version 2>/dev/null | sed 's/^[^0-9]*\([0-9]*\).*/\1/') || continue
        if ((version >= oldest_server)); then return 0; fi
    done
    return 1
}

# Prints the browser that the tests of the page use; the tests look in the same places.
browser() {
    local program
    for program in ${ETL_BROWSER:+"$ETL_BROWSER"} chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        /Applications/Chromium.app/Contents/MacOS/Chromium; do
        if command -v "$program"; then return; fi
    done
}

# macOS brings a tidy of 2006, which knows no HTML 5.
has_tidy() { tidy -version 2>/dev/null | grep -q 'version [5-9]'; }

# Debian has the part that makes environments in a package of its own; macOS brings a Python that is too old.
has_python() { python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Puts what the tests in Python need into .venv-tests, where that is not there yet as it is asked for.
install_python_packages() {
    local environment=.venv-tests lists=(Tests/*/requirements.txt) list arguments=()
    if cmp -s <(cat "${lists[@]}") "$environment/installed.txt"; then return; fi
    for list in "${lists[@]}"; do arguments+=(--requirement "$list"); done
    step "Installing into $environment: ${lists[*]}"
    python3 -m venv --clear "$environment" || fail "python3 -m venv $environment failed."
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "${arguments[@]}" ||
        fail "pip could not install ${lists[*]}."
    cat "${lists[@]}" >"$environment/installed.txt"
}

# Debian and Ubuntu

apt_packages() {
    sed -e 's/^libpq$/libpq-dev/' -e 's/^OpenSSL$/libssl-dev/' -e 's/^simdjson$/libsimdjson-dev/' \
        -e 's/^PostgreSQL$/postgresql/' -e 's/^promtool$/prometheus/' -e 's/^Chromium$/chromium/' \
        -e 's/^Python$/python3-venv/' -e 's/^systemd-analyze$/systemd/'
}

install_with_apt() {
    local command="apt-get install --yes --no-install-recommends $*"
    if ! has apt-get; then
        fail "There is no apt-get here. Install by other means what the packages $* are on Debian, then start again."
    elif ((EUID != 0)) && ! has sudo; then
        fail "Neither root nor sudo: ask an administrator for" "    $command"
    fi
    step "Installing: $command"
    as_root apt-get update --quiet=2 || fail "apt-get update failed."
    if [[ " $* " == *" postgresql "* ]]; then forbid_default_cluster; fi
    if [[ " $* " == *" prometheus "* ]]; then forbid_services; fi
    # The command is a list of words without blanks.
    # shellcheck disable=SC2086
    if ! as_root env DEBIAN_FRONTEND=noninteractive $command --quiet=2 >/dev/null; then
        allow_default_cluster
        allow_services
        fail "The installation failed. Try it by hand, or ask an administrator for" "    $command"
    fi
    allow_default_cluster
    allow_services
    if [[ " $* " == *" prometheus "* ]]; then disable_prometheus; fi
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# Debian's package makes a database cluster at its first installation and starts a server on it, unless a file says no.
# The job needs the programs only. The file stands there for the time of the installation.
readonly no_cluster=/etc/postgresql-common/createcluster.d/etl-job.conf
forbid_default_cluster() {
    as_root mkdir -p "${no_cluster%/*}"
    as_root tee "$no_cluster" >/dev/null <<<"create_main_cluster = false"
}
allow_default_cluster() { if [[ -e $no_cluster ]]; then as_root rm -f "$no_cluster"; fi; }

# The package that brings promtool also brings a server, and starts it, unless this program says no; where there is one,
# it is the administrator's, and what it says holds.
readonly no_services=/usr/sbin/policy-rc.d
services_forbidden=
forbid_services() {
    if [[ -e $no_services ]]; then return; fi
    services_forbidden=yes
    as_root tee "$no_services" >/dev/null <<<$'#!/bin/sh\nexit 101'
    as_root chmod 755 "$no_services"
}
allow_services() {
    if [[ -z $services_forbidden ]]; then return; fi
    services_forbidden=
    as_root rm -f "$no_services"
}
# Nor at the next start of the system.
disable_prometheus() {
    if [[ -d /run/systemd/system ]]; then
        as_root systemctl disable --now --quiet prometheus
    else
        as_root update-rc.d prometheus disable >/dev/null
    fi || printf '%s\n' "warning: the service prometheus could not be disabled; nothing here needs it." >&2
}

# macOS

brew_packages() {
    sed -e 's/^pkg-config$/pkgconf/' -e 's/^[Oo]pen[Ss][Ss][Ll]$/openssl@3/' -e 's/^PostgreSQL$/postgresql@17/' \
        -e 's/^promtool$/prometheus/' -e 's/^tidy$/tidy-html5/' -e 's/^Chromium$/google-chrome/' \
        -e 's/^Python$/python/'
}

install_with_brew() {
    if ! has brew; then fail "Homebrew was not found (https://brew.sh). Install it, or by other means: $*"; fi
    step "Installing: brew install $*"
    brew install --quiet "$@" || fail "brew install $* failed."
    find_brew_libraries
}

# Homebrew keeps these out of the default search path.
find_brew_libraries() {
    local formula
    if ! has brew; then return; fi
    for formula in libpq openssl@3; do
        PKG_CONFIG_PATH="$(brew --prefix "$formula")/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
    done
    export PKG_CONFIG_PATH
}
