"""The tracker as a WSGI application, which is one of the ways to run it that its documentation names."""

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from roundup.cgi.wsgi_handler import RequestDispatcher


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


make_server(
    "127.0.0.1",
    int(sys.argv[1]),
    RequestDispatcher("tracker"),
    server_class=Server,
).serve_forever()
