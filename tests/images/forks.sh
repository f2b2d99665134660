#!/bin/sh
while sleep 1000 & do :; done
exit 1
