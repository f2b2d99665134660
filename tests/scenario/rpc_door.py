"""A door between a program and its node that a test can shut: the place to stop the program between two of its calls."""
import http.client
import http.server
import json
import threading
import urllib.parse


class RpcDoor:
    """Hands JSON-RPC calls on to `node`. `keep_back(method)`: a call of it waits at the door. `keep_answer(method)`: it is
    handed on, but neither its answer nor anything after it comes through. Both until `open()`."""

    def __init__(self, node):
        self.node = urllib.parse.urlparse(node).netloc
        self.changed = threading.Condition()
        self.open_again()
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = door.pass_on(body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def do_GET(self):  # no WebSocket: whoever knocks polls instead
                self.send_error(404)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients that are killed
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.open(False)
        self.server.shutdown()
        self.server.server_close()

    def keep_back(self, method):
        self.set(before=method)

    def keep_answer(self, method):
        self.set(after=method)

    def set(self, before=None, after=None):
        with self.changed:
            self.before, self.after, self.shut, self.reached = before, after, False, False

    def open_again(self):
        self.before = self.after = None
        self.shut = self.reached = False
        self.round = getattr(self, "round", 0) + 1

    def open(self, hand_on):
        """Lets everything through again; what waited is handed on (its answer is lost all the same) or thrown away."""
        with self.changed:
            self.hand_on = hand_on
            self.open_again()
            self.changed.notify_all()

    def wait_until_reached(self, limit_s=60):
        """Until a call of the method has come to the door (kept back) or has been handed on (answer kept)."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.reached, limit_s):
                raise AssertionError(f"waited {limit_s} s for a call of {self.before or self.after}")

    def pass_on(self, body):
        calls = json.loads(body)
        methods = {call["method"] for call in (calls if isinstance(calls, list) else [calls])}
        with self.changed:
            keep_back, keep_answer = self.before in methods, self.after in methods
            if self.shut:
                return self.wait_for_opening()
            if keep_back:
                self.reached = True
                self.changed.notify_all()
                self.wait_for_opening()
                if not self.hand_on:
                    return None
            self.shut = self.shut or keep_answer
        answer = self.ask_node(body)
        if not keep_answer:
            return None if keep_back else answer
        with self.changed:
            self.reached = True
            self.changed.notify_all()
            return self.wait_for_opening()

    def wait_for_opening(self):
        now = self.round
        self.changed.wait_for(lambda: self.round != now)

    def ask_node(self, body):
        connection = http.client.HTTPConnection(self.node, timeout=60)
        try:
            connection.request("POST", "/", body, {"content-type": "application/json"})
            return connection.getresponse().read()
        finally:
            connection.close()
