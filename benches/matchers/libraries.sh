#!/bin/sh
# Fetches the two libraries as Debian packages and unpacks them under the target directory; nothing is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${CARGO_TARGET_DIR:-$here/target}/libhs
mkdir -p "$folder/packages"
cd "$folder/packages"
apt-get download libhyperscan5 libvectorscan5
for name in hyperscan vectorscan; do
    rm -rf "${folder:?}/$name"
    dpkg-deb -x "lib${name}5_"*.deb "$folder/$name"
done
ls -l "$folder"/*/usr/lib/*/libhs.so.5
