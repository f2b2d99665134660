#!/bin/sh
for word in "$@"; do echo "argument $word"; done >/iexec_out/result.txt
env | grep ^IEXEC_ | sort >>/iexec_out/result.txt
printf "{\"deterministic-output-path\":\"/iexec_out/result.txt\"}" >/iexec_out/computed.json
