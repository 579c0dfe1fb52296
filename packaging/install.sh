#!/bin/sh
# Installs skia-auth from a release: the program, its man pages, and its completions for bash, zsh
# and fish. It needs curl or wget, and a program that computes SHA-256.
set -eu

# The address of the repository. A release has it filled in.
repository=''

usage() {
    cat <<'USAGE'
usage: install.sh [--version VERSION] [--prefix DIRECTORY] [--base-address URL]

  --version VERSION     the release to install (default: the latest; SKIA_AUTH_VERSION)
  --prefix DIRECTORY    where bin/ and share/ are (default: ~/.local)
  --base-address URL    where the releases are, for a mirror: its files are
                        URL/download/vVERSION/FILE and URL/latest/download/SHA256SUMS
                        (SKIA_AUTH_BASE_ADDRESS)
USAGE
}

fail() {
    printf 'install.sh: error: %s\n' "$*" >&2
    exit 1
}

misuse() {
    printf 'install.sh: error: %s\n' "$*" >&2
    usage >&2
    exit 2
}

# first_of PROGRAM…: the first one that is installed.
first_of() {
    for program in "$@"; do
        if command -v "$program" >/dev/null 2>&1; then
            printf '%s\n' "$program"
            return
        fi
    done
    fail "this needs one of: $*"
}

# protocols URL: those that a download from there may use, redirects included.
protocols() {
    authority=${1#*://}
    authority=${authority%%/*}
    case $authority in *@*) fail "the base address contains user information" ;; esac
    case $1 in
    https://?*) echo '=https' ;;
    http://localhost | http://localhost[:/]* | http://\[::1\]*) echo '=http,https' ;;
    http://127.*)
        case ${authority%%:*} in *[!0-9.]*) fail "the base address is not https: $1" ;; esac
        echo '=http,https'
        ;;
    *) fail "the base address is not https: $1" ;;
    esac
}

target() {
    case $(uname -s):$(uname -m) in
    Linux:x86_64 | Linux:amd64) echo x86_64-unknown-linux-musl ;;
    Linux:aarch64 | Linux:arm64) echo aarch64-unknown-linux-musl ;;
    Darwin:arm64) echo aarch64-apple-darwin ;;
    Darwin:x86_64)
        # Rosetta reports the emulated processor.
        case $(sysctl -n hw.optional.arm64 2>/dev/null || true) in
        1) echo aarch64-apple-darwin ;;
        *) echo x86_64-apple-darwin ;;
        esac
        ;;
    MINGW*:* | MSYS*:* | CYGWIN*:*) fail "this is Windows: run install.ps1" ;;
    *) fail "there is no archive for $(uname -s) on $(uname -m)" ;;
    esac
}

# download URL FILE
download() {
    log=$scratch/log
    case $downloader in
    curl)
        curl --fail --silent --show-error --location --proto "$protocols" --retry 2 \
            --connect-timeout 15 --max-time 600 --output "$2" "$1" 2>"$log"
        ;;
    wget)
        # BusyBox 1.35 crashes with -T.
        options=''
        case $(wget --version 2>&1) in GNU*) options='-T 30 -t 3' ;; esac
        # shellcheck disable=SC2086 # several words
        wget $options -O "$2" "$1" 2>"$log"
        ;;
    esac || fail "cannot download $1: $({ grep '^curl: (' "$log" || grep . "$log"; } | tail -n 1)"
    # BusyBox can be built without the verification of certificates, and GNU's wget follows a
    # redirect to plain HTTP. Both log it.
    if [ "$protocols" = '=https' ] &&
        unsafe=$(grep -E '^Location: http:|validation not implemented' "$log"); then
        fail "cannot download $1 safely: $downloader: $unsafe"
    fi
}

sha256() {
    case $hasher in
    sha256sum) sha256sum ;;
    shasum) shasum -a 256 ;;
    openssl) openssl dgst -sha256 -r ;;
    esac <"$1" | cut -d ' ' -f 1
}

# find_archive SUMS TARGET: sets `archive`, its `sum` and its `version`.
find_archive() {
    archive=''
    while read -r digest name || [ -n "$digest" ]; do
        name=${name#\*}
        case $name in skia-auth-[0-9]*-"$2".tar.gz) ;; *) continue ;; esac
        [ -z "$archive" ] || fail "$sums_address lists several archives for $2"
        archive=$name sum=$digest
    done <"$1"
    [ -n "$archive" ] || fail "$sums_address lists no archive for $2"
    case ${#sum}:$sum in
    64:*[!0-9a-f]*) fail "$sums_address has no SHA-256 of $archive" ;;
    64:*) ;;
    *) fail "$sums_address has no SHA-256 of $archive" ;;
    esac

    listed=${archive#skia-auth-}
    listed=${listed%-"$2".tar.gz}
    case $listed in *[!0-9A-Za-z.-]*) fail "$sums_address lists the version $listed" ;; esac
    case $version in
    latest | "$listed") version=$listed ;;
    *) fail "$sums_address is of version $listed" ;;
    esac
}

# each_file ACTION: calls ACTION with each file of the archive and its place below the prefix. The
# program is the last one, so that a new program implies new pages and completions.
each_file() {
    "$1" completions/skia-auth.bash share/bash-completion/completions/skia-auth
    "$1" completions/_skia-auth share/zsh/site-functions/_skia-auth
    "$1" completions/skia-auth.fish share/fish/vendor_completions.d/skia-auth.fish
    for page in "$tree"/man/*.1; do
        "$1" "man/${page##*/}" "share/man/man1/${page##*/}"
    done
    "$1" skia-auth bin/skia-auth
}

# Copies a file to a temporary name beside its place, unless its place has the same bytes.
stage() {
    place=$prefix/$2
    [ ! -d "$place" ] || fail "$place is a directory"
    if [ -e "$place" ] && [ "$(sha256 "$place")" = "$(sha256 "$tree/$1")" ]; then return; fi
    changed=yes
    reason=$(mkdir -p "${place%/*}" 2>&1) || fail "cannot create ${place%/*}: ${reason##*: }"
    reason=$(cp "$tree/$1" "$place.$$" 2>&1) || fail "cannot write $place: ${reason##*: }"
}

publish() {
    [ ! -e "$prefix/$2.$$" ] || mv -f "$prefix/$2.$$" "$prefix/$2"
}

discard() {
    rm -f "$prefix/$2.$$"
}

clean_up() {
    trap '' HUP INT TERM
    [ -z "$tree" ] || each_file discard
    [ -z "$scratch" ] || rm -rf "$scratch"
}

stop() {
    echo 'install.sh: error: interrupted' >&2
    # mksh would exit with the status of the trap.
    trap - EXIT
    clean_up
    exit "$1"
}

# Prints what makes the shell of this user find the program and, in zsh, its completions.
advise() {
    case ":$PATH:" in
    *":$bin:"*)
        found=$(command -v skia-auth)
        [ "$found" = "$bin/skia-auth" ] || echo "PATH has another one before it: $found"
        ;;
    *)
        echo "$bin is not in PATH. To add it:"
        # shellcheck disable=SC2016 # the reader's shell expands it
        case ${SHELL##*/} in
        fish) printf '  fish_add_path "%s"\n' "$bin" ;;
        zsh) printf "  echo 'export PATH=\"%s:\$PATH\"' >>~/.zshrc\n" "$bin" ;;
        bash) printf "  echo 'export PATH=\"%s:\$PATH\"' >>~/.bashrc\n" "$bin" ;;
        *) printf "  echo 'export PATH=\"%s:\$PATH\"' >>~/.profile\n" "$bin" ;;
        esac
        ;;
    esac
    case $prefix:${SHELL##*/} in
    /usr:* | /usr/local:*) ;;
    *:zsh)
        echo "For completions in zsh, add this to ~/.zshrc, above compinit:"
        # shellcheck disable=SC2016 # the reader's shell expands it
        printf '  fpath=("%s/share/zsh/site-functions" $fpath)\n' "$prefix"
        ;;
    esac
}

main() {
    version=${SKIA_AUTH_VERSION:-latest}
    base=${SKIA_AUTH_BASE_ADDRESS:-${repository:+$repository/releases}}
    prefix='' scratch='' tree='' changed='' SHELL=${SHELL:-}
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit ;;
        --version=* | --prefix=* | --base-address=*) option=${1%%=*} value=${1#*=} && shift ;;
        --version | --prefix | --base-address)
            [ $# -ge 2 ] || misuse "$1 needs a value"
            option=$1 value=$2 && shift 2
            ;;
        *) misuse "unknown argument: $1" ;;
        esac
        case $option in
        --version) version=$value ;;
        --prefix) prefix=$value ;;
        --base-address) base=$value ;;
        esac
    done

    version=${version#v}
    base=${base%/}
    [ -n "$base" ] || fail "the address of the releases is not known: pass --base-address URL"
    [ -n "$prefix" ] || prefix=${HOME:-}/.local
    case $prefix in
    /.local) fail "HOME is not set: pass --prefix DIRECTORY" ;;
    /*) ;;
    *) prefix=$PWD/$prefix ;;
    esac
    prefix=${prefix%/}
    bin=$prefix/bin

    protocols=$(protocols "$base")
    target=$(target)
    downloader=$(first_of curl wget)
    hasher=$(first_of sha256sum shasum openssl)
    first_of tar >/dev/null

    export LC_ALL=C
    umask 022
    trap clean_up EXIT
    trap 'stop 129' HUP
    trap 'stop 130' INT
    trap 'stop 143' TERM
    scratch=$(mktemp -d) || fail "cannot create a temporary directory"

    case $version in
    latest) sums_address=$base/latest/download/SHA256SUMS ;;
    *) sums_address=$base/download/v$version/SHA256SUMS ;;
    esac
    download "$sums_address" "$scratch/SHA256SUMS"
    find_archive "$scratch/SHA256SUMS" "$target"
    download "$base/download/v$version/$archive" "$scratch/$archive"
    [ "$(sha256 "$scratch/$archive")" = "$sum" ] ||
        fail "$base/download/v$version/$archive does not match its checksum in SHA256SUMS"

    reason=$(tar -xzf "$scratch/$archive" -C "$scratch" 2>&1) ||
        fail "cannot unpack $archive: $(printf '%s\n' "$reason" | head -n 1)"
    tree=$scratch/${archive%.tar.gz}
    [ -x "$tree/skia-auth" ] || fail "$archive does not contain the program"
    each_file stage
    if [ -z "$changed" ]; then
        echo "skia-auth $version is already installed: $bin/skia-auth"
        advise
        return
    fi
    if [ -e "$bin/skia-auth.$$" ]; then
        found=$("$bin/skia-auth.$$" --version 2>&1) || true
        [ "$found" = "skia-auth $version" ] || fail "the program does not run here: $found"
    fi

    trap '' HUP INT TERM
    each_file publish
    echo "skia-auth $version is installed: $bin/skia-auth"
    advise
}

# The braces: a download that ends early runs nothing.
{ main "$@"; }
