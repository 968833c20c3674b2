#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""relay.py PORT FILE: pass connections on to 127.0.0.1:PORT, and keep in FILE
how many bytes went through, both ways.  Prints its own port; ends with its
standard input."""
import asyncio, sys

port, out = int(sys.argv[1]), open(sys.argv[2], "w")
total = 0


async def pump(a, b):
    global total
    try:
        while data := await a.read(1 << 18):
            total += len(data)
            out.seek(0)
            out.write(f"{total}\n")
            out.flush()
            b.write(data)
            await b.drain()
        b.write_eof()
    except OSError:
        b.close()


async def serve(r, w):
    r2, w2 = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(pump(r, w2), pump(r2, w))
    w.close()
    w2.close()


async def main():
    out.write("0\n")
    out.flush()
    s = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(s.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
