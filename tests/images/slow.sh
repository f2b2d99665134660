#!/bin/sh
sleep "${1:-5}"
echo "slept ${1:-5}" >/iexec_out/result.txt
printf "{\"deterministic-output-path\":\"/iexec_out/result.txt\"}" >/iexec_out/computed.json
