#!/bin/sh
# Counts, all the time: busy.sh TO [MARK]
i=0
while [ "$i" -lt "$1" ]; do i=$((i + 1)); done
echo "$i" >/iexec_out/result.txt
printf "{\"deterministic-output-path\":\"/iexec_out/result.txt\"}" >/iexec_out/computed.json
