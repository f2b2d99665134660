#!/bin/sh
echo "${*:-hello}" >/iexec_out/result.txt
md5sum </iexec_out/result.txt >/iexec_out/consensus.iexec
