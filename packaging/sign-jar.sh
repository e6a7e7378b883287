#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signs the app with Ed25519, for a Jira whose app manager (UPM 8, Jira 11) checks signatures. Keeps the key where you
# say, and nowhere else.
set -eu

usage() {
    cat <<'EOF'
Usage: sh packaging/sign-jar.sh new-key KEY.pem CERTIFICATE.pem [NAME]
       sh packaging/sign-jar.sh sign KEY.pem JAR
       sh packaging/sign-jar.sh verify CERTIFICATE.pem JAR
  new-key  makes a private key (mode 0600) and the certificate for it, valid for ten years
  sign     writes JAR.sig, 64 bytes, and JAR.sig.base64, the same as text
  verify   checks JAR.sig; exit status 0 when it is good

Put CERTIFICATE.pem into <jira-home>/upmconfig/truststore on every node; it is public. Keep KEY.pem off the servers.
EOF
}

case "${1:-}:$#" in
new-key:3 | new-key:4)
    [ ! -e "$2" ] || { echo "sign-jar: $2 exists already" >&2; exit 1; }
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$2")
    openssl req -new -x509 -key "$2" -days 3650 -subj "/CN=${4:-Clockify bridge for Jira}" -out "$3"
    echo "key: $2   certificate: $3" ;;
sign:3)
    openssl pkeyutl -sign -rawin -inkey "$2" -in "$3" -out "$3.sig"
    openssl base64 -A -in "$3.sig" -out "$3.sig.base64"
    echo "signature: $3.sig, $3.sig.base64" ;;
verify:3)
    openssl pkeyutl -verify -rawin -certin -inkey "$2" -in "$3" -sigfile "$3.sig" ;;
-h:* | --help:*) usage ;;
*) usage >&2; exit 64 ;;
esac
