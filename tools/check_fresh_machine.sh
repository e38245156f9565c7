#!/usr/bin/env bash
# Proves that the commands of the README work on a Debian 12 that has nothing: makes one in a folder
# with debootstrap, clones the last commit into it and runs `./dev demo` and `./dev test` there.
# Needs root and debootstrap. PIP_CERT names the site's certificates, if it has its own.
#
#   tools/check_fresh_machine.sh FOLDER
set -euo pipefail
source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=${1:?"name the folder to make"}
if [ -e "$root" ]; then
  echo "$root exists" >&2
  exit 2
fi

debootstrap --variant=minbase bookworm "$root" >/dev/null
cp /etc/resolv.conf /etc/hosts "$root/etc/"
git clone -q "$source_tree" "$root/pyforge"
certificates=()
if [ -n "${PIP_CERT:-}" ]; then
  cp "$PIP_CERT" "$root/pip-certificates.pem"
  certificates=(PIP_CERT=/pip-certificates.pem)
fi

# What is mounted in a namespace of its own goes away with it.
# shellcheck disable=SC2016  # expanded by the inner shell
unshare --mount bash -euc '
  mount -t proc proc "$1/proc"
  mount --bind /dev "$1/dev"
  exec chroot "$@"' _ "$root" \
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${certificates[@]}" \
  bash -euc 'cd /pyforge; ./dev demo; ./dev test'
