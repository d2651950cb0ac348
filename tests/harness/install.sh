#!/bin/sh
# Installs what the tests need beyond Python packages. Asks the system's package manager only for what is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

missing=
need() { # need <package> <command that shows it is there…>
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
any() { ls "$@" 2>/dev/null | grep -q .; }
need chromium command -v chromium
need fonts-noto-cjk any /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc /usr/share/fonts/*/NotoSansCJK*
# What pages are printed with (WeasyPrint).
need libpango-1.0-0 any /usr/lib/*/libpango-1.0.so.0 /usr/lib64/libpango-1.0.so.0
need libpangoft2-1.0-0 any /usr/lib/*/libpangoft2-1.0.so.0 /usr/lib64/libpangoft2-1.0.so.0
need libharfbuzz-subset0 any /usr/lib/*/libharfbuzz-subset.so.0 /usr/lib64/libharfbuzz-subset.so.0
need mosquitto command -v mosquitto
need mosquitto-clients command -v mosquitto_pub
need postgresql any /usr/lib/postgresql/*/bin/initdb
# Lists are brought in from MySQL, too: the server alone, 8 MB.
need mariadb-server-core command -v mariadbd
need nodejs command -v node
need npm command -v npm
# The browser driver's own Node is linked against it.
need libatomic1 any /usr/lib/*/libatomic.so.1 /usr/lib64/libatomic.so.1

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "The tests need:$missing. Install them with your system's package manager, then run make test again." >&2
        exit 1
    fi
    root=
    if [ "$(id -u)" != 0 ]; then
        if sudo -n true 2>/dev/null; then
            root="sudo -n"
        else
            echo "The tests need:$missing. Install them, then run make test again:" >&2
            echo "  sudo apt-get install -y$missing" >&2
            exit 1
        fi
    fi
    echo "Installing for the tests:$missing (once)…"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # RUNLEVEL=1: the tests start the servers themselves; they need not run as services of this machine.
    ($root apt-get update -qq && $root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing) >"$log" 2>&1 || {
        cat "$log" >&2
        echo "Installing$missing did not work; the lines above say why." >&2
        exit 1
    }
    rm -f "$log"
fi

lock=$here/package-lock.json
stamp=$here/node_modules/.installed
if [ ! -f "$stamp" ] || ! cmp -s "$lock" "$stamp"; then
    echo "Installing the emulators (once)…"
    (cd "$here" && npm ci --silent --no-audit --no-fund --ignore-scripts)
    cp "$lock" "$stamp"
fi
