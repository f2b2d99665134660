#!/bin/sh
printf "{\"deterministic-output-path\":\"/iexec_out/../tmp\"}" >/iexec_out/computed.json
