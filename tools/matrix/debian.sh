#!/usr/bin/env bash
# tools/matrix/debian.sh SUITE COMMAND...: runs a command in a bare Debian root, in a clone of this checkout's HEAD.
# Needs root and mmdebstrap. The root, with all that was installed in it, is kept: build/matrix/SUITE, or $MATRIX_ROOTS/SUITE.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=$1 root=${MATRIX_ROOTS:-$PWD/build/matrix}/$1
shift

if [[ ! -f $root/.made ]]; then
  rm -rf "$root"
  mkdir -p "$(dirname "$root")"
  mmdebstrap --quiet --variant=minbase --include=git,make,ca-certificates "$suite" "$root"
  touch "$root/.made"
fi

# What reaches the registries here has to reach them there.
certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
[[ ! -f $certificates ]] || cat "$certificates" > "$root/etc/ssl/certs/ca-certificates.crt"
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2> /dev/null || true
kept=()
for name in {http,https,no}_proxy {HTTP,HTTPS,NO}_PROXY "${!MATRIX_@}"; do
  [[ -z ${!name:-} ]] || kept+=("$name=${!name}")
done

# The clone is kept too, with .venv and .rlib; they follow HEAD.
clone=$root/srv/kerasguard
[[ -d $clone ]] || git clone -q --no-hardlinks . "$clone"
git -C "$clone" fetch -q "$PWD" HEAD
git -C "$clone" checkout -q --detach FETCH_HEAD

# A mount namespace of its own: nothing stays mounted.
exec unshare --mount --propagation private bash -c '
  root=$1 kept=$2
  shift 2
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  bundle=/etc/ssl/certs/ca-certificates.crt
  exec chroot "$root" env -i $kept HOME=/root LC_ALL=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PIP_CERT=$bundle SSL_CERT_FILE=$bundle REQUESTS_CA_BUNDLE=$bundle \
    bash -c "cd /srv/kerasguard && exec \"\$@\"" command "$@"
' root "$root" "${kept[*]}" "$@"
