#!/bin/sh
if nc -w 2 "${1:-127.0.0.1}" "${2:-80}" -e /bin/true >/dev/null 2>&1; then answer=open; else answer=closed; fi
echo "$answer" >/iexec_out/result.txt
printf "{\"deterministic-output-path\":\"/iexec_out/result.txt\"}" >/iexec_out/computed.json
