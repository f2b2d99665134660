"""Debian's PostgreSQL as a test's own: in a temporary folder, reached by a unix socket, run as an ordinary user."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

import market as m


class Server:
    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            raise unittest.SkipTest("PostgreSQL is not installed (Debian: package postgresql)")
        self.programs = found[-1].parent
        # In /tmp, whatever TMPDIR says: the path of a socket is 107 characters at most.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bourse-pg-", dir="/tmp"))
        self.user = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.databases = 0
        self.process = None

    def start(self):
        self.call("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "bourse", "-E", "UTF8", "--no-locale", "-N")
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder),
                 "-c", "listen_addresses=", "-c", "fsync=off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.user)
        m.wait_for(lambda: self.call("pg_isready", "-q", "-h", str(self.folder), check=False) == 0, "PostgreSQL")
        return self

    def stop(self):
        if self.process:
            self.process.send_signal(2)  # "fast shutdown"
            self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, program, *arguments, check=True):
        return subprocess.run([str(self.programs / program), *arguments], check=check, cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **self.user).returncode

    def create_database(self):
        """URL of a fresh database."""
        self.databases += 1
        name = f"market_{self.databases}"
        self.call("createdb", "-h", str(self.folder), "-U", "bourse", name)
        return f"postgresql:///{name}?host={self.folder}&user=bourse"
