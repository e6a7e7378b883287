#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes ./configure out of configure.ac and Makefile.am. Run it after a fresh checkout.
set -eu
cd "$(dirname "$0")"
mkdir -p build-aux
exec autoreconf --force --install
