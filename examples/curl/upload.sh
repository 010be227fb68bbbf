#!/usr/bin/env bash
# A platform in a shell that asks the gate before it keeps a file (docs/en/examples.md).
#
# GATE_KEY=repit-sandbox bash upload.sh FILE ACCOUNT
set -euo pipefail
gate=${GATE_URL:-http://127.0.0.1:8700} kept=${KEPT:-kept} file=$1 account=$2
mkdir -p "$kept"
name=$(mktemp "$kept/XXXXXXXX")
sorry="This picture cannot be shared here: someone has asked that it stay private.
If you think that this is a mistake, write to us with this number:"

# --- paste from here ---
# The key comes by standard input, for others may read a command line.
status=$(curl --silent --connect-timeout 2 --max-time 5 --header @- --header "Repit-Sender: $account" \
  --header "Content-Type: application/octet-stream" --data-binary "@$file" \
  --output "$name.json" --write-out '%{http_code}' "$gate/v1/refuse" <<<"Authorization: Bearer $GATE_KEY") || status=000
case $status in
  200) mv "$file" "$name" && echo "Thank you." ;;
  451)
    echo "$sorry $(sed -n 's/.*"decision": *"\([^"]*\)".*/\1/p' "$name.json")"
    exit 1
    ;;
  # For a person (202), or down, too busy, too slow: we fail closed. Nobody sees the file until one of us
  # looks; to fail open, list 000 and 503 beside 200. $name.json holds the decision.
  *) mv "$file" "$name.held" && echo "Thank you. Somebody looks at it first." ;;
esac
# --- to here ---
