# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A way to a TCP server that can be shut: nothing passes then, no connection breaks, and nobody is told, as in a network
that is cut somewhere on the way; or refuse, as where the server is not there."""

import asyncio
import threading


class TcpGate:
    """To this port of the loopback interface, from its own `port`. Use it in a with block."""

    def __init__(self, port):
        self._target = port
        self._open = None
        self._refuses = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._tasks = set()
        self.port = 0

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()
        self._loop.close()

    def shut(self):
        """From now on nothing passes, either way."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def refuse(self):
        """From now on every connection ends at once."""
        self._refuses = True
        self._loop.call_soon_threadsafe(self._break)

    def open(self):
        """Everything goes on, with what was on its way."""
        self._refuses = False
        self._loop.call_soon_threadsafe(self._open.set)

    def _run(self):
        self._open = asyncio.Event()
        self._open.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._cancel())

    def _end(self):
        self._loop.stop()

    def _break(self):
        for task in self._tasks:
            task.cancel()

    async def _cancel(self):
        tasks = list(self._tasks)
        self._break()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader, writer):
        if self._refuses:
            writer.close()
            return
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._open.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pass(self, reader, writer):
        try:
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        except asyncio.CancelledError:
            # What the other side does not take, since it hangs, would keep the socket open.
            writer.transport.abort()
            raise
        finally:
            writer.close()
