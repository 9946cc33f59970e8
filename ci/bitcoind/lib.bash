# Shared by `build` and `unit-tests`: where things lie, what they are keyed by, how a source tree is made. Sourced, not run.

here=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/leyden
crate=libbitcoinkernel-sys
packages='cmake ninja-build ccache libboost-dev libevent-dev g++ patch'
compiler=${CXX:-c++} # what CMake takes

say() { printf 'bitcoind: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[[ $cache == /* ]] || die "XDG_CACHE_HOME must be an absolute path, not $XDG_CACHE_HOME"

# The patches of a flavour, in the order in which they are applied.
patches() { # flavour
  case $1 in
    stock) ;;
    patched) printf '%s\n' "$here"/patches/*.patch ;;
    *) die "unknown flavour '$1': stock or patched" ;;
  esac
}

configure_flags() { grep -v '^#' "$here/flags"; }

# 16 hex digits over everything that decides what the binary is: source lock, options, patches, compiler and its flags.
key() { # flavour
  local patch_files v
  command -v "$compiler" >/dev/null || missing "$compiler"
  mapfile -t patch_files < <(patches "$1")
  {
    "$compiler" --version
    cat "$here/source/Cargo.lock" "$here/flags" "${patch_files[@]}"
    for v in CC CFLAGS CXXFLAGS CPPFLAGS LDFLAGS; do [[ -z ${!v-} ]] || printf '%s=%s\n' "$v" "${!v}"; done
  } | sha256sum | cut -c1-16
}

missing() { # what
  die "$* missing. Run: sudo apt-get install -y $packages"
}

# Checks that everything a build needs is there; names the one command that installs it when something is not.
need_tools() {
  local tool header absent=()
  for tool in cmake ninja ccache "$compiler" patch; do
    command -v "$tool" >/dev/null || absent+=("$tool")
  done
  command -v cargo >/dev/null || die "cargo is missing: install Rust from https://rustup.rs"
  if command -v "$compiler" >/dev/null; then
    for header in boost/multi_index_container.hpp event2/http.h; do
      echo "#include <$header>" | "$compiler" -E -x c++ -o /dev/null - 2>/dev/null || absent+=("$header")
    done
  fi
  ((${#absent[@]} == 0)) || missing "${absent[*]}"
}

# Makes $1/src: the pinned source with the flavour's patches. Cargo verifies the crate's checksum against the lock file.
make_source() { # work flavour
  local work=$1 patch_file
  [[ -d $work/src ]] && return
  say "fetching $crate, as pinned by ci/bitcoind/source/Cargo.lock"
  rm -rf "$work/vendor" "$work/src.part"
  cargo vendor --quiet --locked --manifest-path "$here/source/Cargo.toml" "$work/vendor" >/dev/null
  mv "$work/vendor/$crate/bitcoin" "$work/src.part"
  rm -rf "$work/vendor"
  while read -r patch_file; do
    say "applying $(basename "$patch_file")"
    patch --directory "$work/src.part" -p1 --fuzz=0 --forward --silent <"$patch_file" >&2
  done < <(patches "$2")
  mv "$work/src.part" "$work/src"
}

# Configures and builds targets in $work/build. An interrupted build goes on where it stopped; objects shared by the
# flavours come from ccache, wherever the trees lie.
compile() { # work options-array-name target…
  local work=$1
  local -n options=$2
  shift 2
  export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=500M CCACHE_SLOPPINESS=time_macros
  if [[ ! -e $work/build/configured ]]; then
    say 'configuring'
    cmake -S "$work/src" -B "$work/build" -G Ninja "${options[@]}" \
      -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache >"$work/cmake.log" 2>&1 ||
      { cat "$work/cmake.log" >&2; die 'configuring failed'; }
    touch "$work/build/configured"
  fi
  NINJA_STATUS='[%f/%t %es] ' ninja -C "$work/build" ${LEYDEN_JOBS:+-j "$LEYDEN_JOBS"} "$@" >&2
}
