#!/bin/sh
dd if=/dev/zero of=/iexec_out/big bs=64k || exit 1
