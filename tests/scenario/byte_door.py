"""A door between a client and a server that lets so many bytes of the client through and no more until it is opened: the
place to stop either of them in the middle of an upload, however fast the machine is."""
import socket
import threading

PIECE = 1 << 16


class ByteDoor:
    """Hands TCP connections on to `port` of this machine; answers always come through."""

    def __init__(self, port, limit):
        self.port, self.left = port, limit
        self.changed = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def open(self):
        with self.changed:
            self.left = None
            self.changed.notify_all()

    def close(self):
        self.open()
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:  # it is being started again: the client tries again
                client.close()
                continue
            for source, target, counted in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.pump, args=(source, target, counted), daemon=True).start()

    def pump(self, source, target, counted):
        try:
            while piece := source.recv(PIECE):
                if counted:
                    self.let_through(len(piece))
                target.sendall(piece)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def let_through(self, size):
        with self.changed:
            self.changed.wait_for(lambda: self.left is None or self.left >= size)
            if self.left is not None:
                self.left -= size
