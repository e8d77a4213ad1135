# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What CircuitPython 9.2+ has, as far as the firmware may use it. An explicit list: what is not here is not used.

The board's own modules come from circuitpython-stubs, with their signatures.
"""

# Modules that CPython has too, with the names that CircuitPython has of each (py/ and extmod/ of its sources).
STANDARD = {
    "array": {"array"},
    "binascii": {"a2b_base64", "b2a_base64", "crc32", "hexlify", "unhexlify"},
    "collections": {"OrderedDict", "deque", "namedtuple"},
    # Its sources leave MicroPython's own list as it is: no EROFS, ENOSPC, EMFILE, EPIPE, EBUSY.
    "errno": {
        "EACCES", "EADDRINUSE", "EAGAIN", "EALREADY", "EBADF", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET",
        "EEXIST", "EHOSTUNREACH", "EINPROGRESS", "EINVAL", "EIO", "EISDIR", "ENOBUFS", "ENODEV", "ENOENT",
        "ENOMEM", "ENOTCONN", "EOPNOTSUPP", "EPERM", "ETIMEDOUT", "errorcode",
    },
    "gc": {"collect", "disable", "enable", "isenabled", "mem_alloc", "mem_free", "threshold"},
    "io": {"BytesIO", "IOBase", "StringIO", "open"},
    "json": {"dump", "dumps", "load", "loads"},
    "math": {"ceil", "floor", "sqrt"},
    "micropython": {"const"},
    "os": {
        "chdir", "getcwd", "getenv", "listdir", "mkdir", "remove", "rename", "rmdir", "sep", "stat", "statvfs",
        "sync", "uname", "unlink", "urandom", "utime",
    },
    "random": {"choice", "getrandbits", "randint", "random", "randrange", "seed", "uniform"},
    "re": {"compile", "match", "search", "sub"},
    "select": {"POLLERR", "POLLHUP", "POLLIN", "POLLOUT", "poll", "select"},
    "ssl": {"SSLContext", "SSLSocket", "create_default_context"},
    "struct": {"calcsize", "pack", "pack_into", "unpack", "unpack_from"},
    "sys": {
        "byteorder", "exit", "implementation", "maxsize", "modules", "path", "platform", "print_exception",
        "stderr", "stdin", "stdout", "version", "version_info",
    },
    "time": {"localtime", "mktime", "monotonic", "monotonic_ns", "sleep", "struct_time", "time"},
    "traceback": {"format_exception", "print_exception"},
}  # fmt: skip

# Board modules with stubs that the firmware may use; not every port has every one, so imports of some are guarded.
BOARD = {
    "bitbangio", "board", "busdisplay", "busio", "countio", "digitalio", "displayio", "espidf", "fontio", "fourwire",
    "hashlib", "i2cdisplaybus", "microcontroller", "neopixel_write", "nvm", "rp2pio", "rtc", "socketpool", "storage",
    "supervisor",
    "terminalio", "usb_cdc", "watchdog", "wifi",
}  # fmt: skip

# Built-in names that CPython has and CircuitPython has too.
BUILTINS = {
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "Ellipsis", "Exception", "False",
    "GeneratorExit", "ImportError", "IndexError", "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError",
    "NameError", "None",
    "NotImplementedError", "OSError", "OverflowError", "RuntimeError", "StopIteration", "SyntaxError",
    "SystemExit", "True", "TypeError", "UnicodeError", "ValueError", "ZeroDivisionError", "__import__", "__name__", "abs",
    "all", "any", "bool", "bytearray", "bytes", "callable", "chr", "classmethod", "delattr", "dict", "dir",
    "divmod", "enumerate", "filter", "float", "frozenset", "getattr", "hasattr", "hash", "hex", "id", "int",
    "isinstance", "issubclass", "iter", "len", "list", "map", "max", "memoryview", "min", "next", "object",
    "oct", "open", "ord", "pow", "print", "property", "range", "repr", "reversed", "round", "set", "setattr",
    "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "zip",
}  # fmt: skip

# Methods of str, bytes, int and namedtuple that CPython has and CircuitPython has not.
MISSING_METHODS = {
    "_asdict", "_replace", "as_integer_ratio", "bit_count", "bit_length", "capitalize", "casefold", "expandtabs",
    "format_map", "is_integer", "isalnum", "isascii", "isdecimal", "isidentifier", "isnumeric", "isprintable",
    "istitle", "ljust", "maketrans", "removeprefix", "removesuffix", "rjust", "swapcase", "title", "translate",
    "with_traceback", "zfill",
}  # fmt: skip
