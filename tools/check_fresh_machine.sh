#!/usr/bin/env bash
# Proves that the commands of the README work on a Debian 12 that has nothing but git: makes one in a
# folder with debootstrap, clones the last commit into it and runs `./dev demo` and `./dev test` there,
# or the commands named. Needs root and debootstrap; the folder takes about 3 GB and is left for a look.
#
# What the site needs to reach its package indexes is taken along: /etc/hosts, /etc/resolv.conf,
# /etc/pip.conf, and the certificates that PIP_CERT names.
#
#   tools/check_fresh_machine.sh FOLDER [COMMAND...]
set -euo pipefail
source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=${1:?"name the folder to make"}
shift
if [ $# = 0 ]; then set -- demo test; fi
if [ -e "$root" ]; then
  echo "$root exists" >&2
  exit 2
fi

debootstrap --variant=minbase --include=git bookworm "$root" >"$root.log" || {
  tail -n 20 "$root.log" >&2
  exit 1
}
rm "$root.log"
for file in /etc/hosts /etc/resolv.conf /etc/pip.conf; do
  if [ -e "$file" ]; then cp "$file" "$root/etc/"; fi
done
git clone -q "$source_tree" "$root/pyforge"
certificates=()
if [ -n "${PIP_CERT:-}" ]; then
  cp "$PIP_CERT" "$root/pip-certificates.pem"
  certificates=(PIP_CERT=/pip-certificates.pem)
fi

# What is mounted in a namespace of its own goes away with it.
# shellcheck disable=SC2016  # expanded by the inner shells
unshare --mount bash -euc '
  root=$1
  shift
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" "$@"' _ "$root" \
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${certificates[@]}" \
  bash -euc 'cd /pyforge; for command; do ./dev "$command"; done' _ "$@"
