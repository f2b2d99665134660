#!/bin/sh
mkdir /iexec_out/files && cp /iexec_in/* /iexec_out/files/ || exit 1
printf "{\"deterministic-output-path\":\"/iexec_out/files\"}" >/iexec_out/computed.json
