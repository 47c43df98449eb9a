"""A small application on WSGI that signs everybody in, and says what it was given.

Arguments: the port of HTTP, and the port of SCGI (what nginx folds headers into variables for).
"""
import socketserver
import sys
import threading
import urllib.parse
from wsgiref import simple_server

FORM = b"""<form method="post" action="/login"><input name="email">
<input name="password" type="password"><button>Sign in</button></form>"""


def lines(pairs):
    text = "".join(f"{name}\t{value}\n" for name, value in pairs)
    return text.encode("latin-1", "replace")


def user_of(environ):
    for pair in environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == "sessionid" and value.startswith("session-of-user-"):
            return value.removeprefix("session-of-user-").split(".")[0]
    return None


def sign_in(environ):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    form = urllib.parse.parse_qs(environ["wsgi.input"].read(length).decode())
    number = int(form["email"][0].removeprefix("user").split("@")[0])
    cookie = f"sessionid=session-of-user-{1000 + number}.0123456789abcdef; Path=/; HttpOnly"
    return "303 See Other", [("Location", "/private"), ("Set-Cookie", cookie)], b""


def answer(environ):
    path, user = environ["PATH_INFO"], user_of(environ)
    text, html = [("Content-Type", "text/plain")], [("Content-Type", "text/html")]
    if path == "/echo/raw":
        return "200 OK", text, lines(environ["test.raw"])
    if path.startswith("/echo"):
        known = ((name, value) for name, value in environ.items() if isinstance(value, str))
        return "200 OK", text, lines(known)
    if path == "/login" and environ["REQUEST_METHOD"] == "POST":
        return sign_in(environ)
    if path == "/login":
        return "200 OK", html, FORM
    if path == "/api/me" and user:
        body = f'{{"id": {user}, "email": "user{int(user) - 1000:02}@example.com"}}'
        return "200 OK", [("Content-Type", "application/json")], body.encode()
    if user:
        return "200 OK", html, f"<p>PROTECTED-BYTES-{user}-END</p>".encode()
    return "401 Unauthorized", html, b"<p>signed out</p>"


def application(environ, start_response):
    status, headers, body = answer(environ)
    start_response(status, headers + [("Content-Length", str(len(body)))])
    return [body]


class Handler(simple_server.WSGIRequestHandler):
    def get_environ(self):
        environ = super().get_environ()
        environ["test.raw"] = self.headers.items()
        # The folding that frameworks were seen to do, every sign for an underscore.
        for name, value in self.headers.items():
            folded = "".join(c if c.isalnum() else "_" for c in name).upper()
            key = "HTTP_" + folded
            if key in environ and environ[key] != value.strip():
                environ[key + "_AGAIN"] = value
            environ.setdefault(key, value)
        return environ

    def log_message(self, *_):
        pass


class Http(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


class ScgiHandler(socketserver.StreamRequestHandler):
    def handle(self):
        length = b""
        while (byte := self.rfile.read(1)) != b":":
            if not byte:
                return
            length += byte
        parts = self.rfile.read(int(length)).decode("latin-1").split("\0")[:-1]
        body = lines(zip(parts[::2], parts[1::2]))
        self.wfile.write(b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body)


class Scgi(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    http_port, scgi_port = int(sys.argv[1]), int(sys.argv[2])
    scgi = Scgi(("127.0.0.1", scgi_port), ScgiHandler)
    threading.Thread(target=scgi.serve_forever, daemon=True).start()
    make = simple_server.make_server
    make("127.0.0.1", http_port, application, Http, Handler).serve_forever()


main()
