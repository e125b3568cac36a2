"""A PostgreSQL for one measurement: in a folder of its own, on a free port of 127.0.0.1, as durable as
it is by default."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import time

from measuring import end_with_parent, free_port, stop_process

# What differs from the defaults. The vacuum after one server's run would be in the other one's turn,
# so whoever measures vacuums between the runs.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "1GB",
    "autovacuum": "off",
}


HUGE_PAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")
HUGE_PAGES_WANTED = 640  # Of 2 MiB: shared_buffers and what comes with them.


@contextlib.contextmanager
def huge_pages():
    """Reserves huge pages, which PostgreSQL takes if there are enough (huge_pages = try)."""
    before = HUGE_PAGES.read_text()
    HUGE_PAGES.write_text(str(HUGE_PAGES_WANTED))
    try:
        if int(HUGE_PAGES.read_text()) < HUGE_PAGES_WANTED:
            raise RuntimeError("the system has no room for so many huge pages")
        yield
    finally:
        HUGE_PAGES.write_text(before)


def find_programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"),
                   key=lambda program: int(program.parent.parent.name))
    if not found:
        raise RuntimeError("no PostgreSQL server: tools/install-dependencies bench")
    return found[-1].parent


def server_user():
    """As whom to run it, for it refuses to be root; None: as who we are."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


class PostgresServer:
    def __init__(self, folder):
        self.folder = folder / "postgres"
        self.programs = find_programs()
        self.port = free_port()
        self.process = None

    def _spawn(self, command, signal_number):
        user = server_user()
        identity = {} if user is None else {
            "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            return subprocess.Popen(
                command, cwd="/", stdout=log, stderr=log,
                preexec_fn=end_with_parent(signal_number), **identity)

    def start(self):
        self.folder.mkdir()
        user = server_user()
        if user is not None:
            self.folder.parent.chmod(0o711)
            shutil.chown(self.folder, user.pw_uid, user.pw_gid)
        data = self.folder / "data"
        initdb = self._spawn(
            [self.programs / "initdb", "--pgdata", data, "--auth=trust", "--username=maque",
             "--encoding=UTF8", "--locale=C.UTF-8"], signal.SIGKILL)
        try:
            if initdb.wait(120) != 0:
                raise RuntimeError("initdb: " + self._log())
        finally:
            stop_process(initdb)
        settings = SETTINGS | {"port": self.port, "unix_socket_directories": self.folder}
        command = [self.programs / "postgres", "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = self._spawn(command, signal.SIGQUIT)
        self._await_start()

    def _await_start(self, limit=60.0):
        end = time.monotonic() + limit
        while time.monotonic() < end and self.process.poll() is None:
            asked = subprocess.run(
                [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                timeout=10, check=False)
            if asked.returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL doesn't start: " + self._log())

    def _log(self):
        return (self.folder / "log").read_text(encoding="utf-8")[-2000:]

    def stop(self):
        """At once: nobody needs the data any more."""
        if self.process is not None:
            stop_process(self.process, signal.SIGQUIT)

    def url(self, database):
        return f"postgres://maque@127.0.0.1:{self.port}/{database}"

    def sql(self, statement, database="postgres", limit=60):
        """What the statement answers: a line for each row."""
        asked = subprocess.run(
            [self.programs / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1",
             "-d", self.url(database), "-c", statement],
            capture_output=True, text=True, timeout=limit, check=False,
            preexec_fn=end_with_parent())
        if asked.returncode != 0:
            raise RuntimeError(asked.stderr)
        return asked.stdout.strip()

    def milliseconds_to_be_durable(self, times=100):
        """What a write of 8 KiB and fdatasync take where the data is."""
        with open(self.folder / "probe", "wb", buffering=0) as probe:
            started = time.monotonic()
            for _ in range(times):
                os.pwrite(probe.fileno(), bytes(8192), 0)
                os.fdatasync(probe.fileno())
            return 1000 * (time.monotonic() - started) / times
