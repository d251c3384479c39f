"""Speaks to compiler.js as a native solc would be spoken to: standard JSON in, standard JSON out. Usage: ask.py SOCKET."""

import shutil
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    connection.sendall(sys.stdin.buffer.read())
    connection.shutdown(socket.SHUT_WR)
    with connection.makefile("rb") as answer:
        shutil.copyfileobj(answer, sys.stdout.buffer)
