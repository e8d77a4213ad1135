# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every name of a built-in module is CircuitPython's, with its signature, as circuitpython-stubs has them."""

import ast
import importlib.util
import inspect
import pkgutil
from pathlib import Path

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.python import modules
from chargerctl.simulator.python.subsets import SUBSETS

# Made of Blinka, which has more than a board; tests/simulator/peripherals/test_stubs.py tests what the firmware uses of it.
BLINKA = {"fontio", "terminalio"}
NAMES = sorted(({module.name for module in pkgutil.iter_modules(modules.__path__)} | set(SUBSETS)) - BLINKA)

# Not in the stubs: what CircuitPython's documentation lists (docs/library, shared-bindings).
DOCUMENTED = {
    "array": "array",
    "binascii": "a2b_base64 b2a_base64 crc32 hexlify unhexlify",
    "collections": "OrderedDict deque namedtuple",
    "errno": """EACCES EADDRINUSE EAGAIN EALREADY EBADF ECONNABORTED ECONNREFUSED ECONNRESET EEXIST EHOSTUNREACH
        EINPROGRESS EINVAL EIO EISDIR ENOBUFS ENODEV ENOENT ENOMEM ENOTCONN EOPNOTSUPP EPERM ETIMEDOUT errorcode""",
    "gc": "collect disable enable isenabled mem_alloc mem_free threshold",
    "io": "BytesIO FileIO IOBase StringIO TextIOWrapper open",
    "json": "dump dumps load loads",
    "math": """acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh degrees e erf erfc exp expm1 fabs floor
        fmod frexp gamma isfinite isinf isnan ldexp lgamma log log10 log2 modf pi pow radians sin sinh sqrt tan tanh
        trunc""",
    "micropython": "const kbd_intr opt_level",
    "os": """chdir getcwd getenv listdir mkdir remove rename rmdir sep stat statvfs sync uname unlink urandom
        utime""",
    "random": "choice getrandbits randint random randrange seed uniform",
    "re": "compile match search sub",
    "select": "POLLERR POLLHUP POLLIN POLLOUT poll select",
    "ssl": "SSLContext SSLSocket create_default_context",
    "struct": "calcsize pack pack_into unpack unpack_from",
    "sys": """argv byteorder exit implementation maxsize modules path platform ps1 ps2 stderr stdin stdout version
        version_info""",
    "time": "localtime mktime monotonic monotonic_ns sleep struct_time time",
}
# On every board, but made from its pins and therefore in no stub.
BEYOND_STUBS = {"microcontroller": {"pin"}}
# More may be left out than the signature says: by the text above it, or by its C code.
LOOSER = {"traceback.format_exception", "traceback.print_exception", "socketpool.Socket.recv_into"}


def stub_of(name):
    # micropython's stub has syntax newer than the oldest Python we run on.
    if name in DOCUMENTED:
        return None
    spec = importlib.util.find_spec("digitalio-stubs")
    file = Path(spec.submodule_search_locations[0]).parent / f"{name}-stubs" / "__init__.pyi"
    return ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else None


def members_of(node):
    """Names of a stub's module or class: functions (the last overload), classes, and values (None)."""
    found = {}
    for item in node.body:
        if isinstance(item, (ast.FunctionDef, ast.ClassDef)):
            found[item.name] = item
        elif isinstance(item, ast.AnnAssign):
            found[item.target.id] = None
        elif isinstance(item, ast.Assign):
            found.update(dict.fromkeys(target.id for target in item.targets))
        elif isinstance(item, ast.ImportFrom):
            found.update(dict.fromkeys(alias.asname or alias.name for alias in item.names))
    return found


def is_overloaded(node, name):
    return sum(isinstance(item, ast.FunctionDef) and item.name == name for item in node.body) > 1


def parameters(function):
    """(positional names, keyword-only names, how many positional ones have defaults) of a stub's function."""
    arguments = function.args
    names = [argument.arg for argument in arguments.posonlyargs + arguments.args]
    required = len(names) - len(arguments.defaults)
    keywords = {argument.arg for argument in arguments.kwonlyargs}
    is_method = bool(names) and names[0] in ("self", "cls")
    return names[is_method:], keywords, required - is_method, arguments.vararg is not None


def check_signature(where, ours, stub):
    names, keywords, required, variable = parameters(stub)
    try:
        signature = inspect.signature(ours)
    except ValueError:  # written in C, and taken over from CPython
        return
    kinds = inspect.Parameter
    mine = [
        p
        for p in signature.parameters.values()
        if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    ]
    if mine and mine[0].name in ("self", "cls"):
        mine = mine[1:]
    if where.endswith("__exit__") or variable or (where.endswith("__init__") and not names):
        # Called with what Python passes; anything; or never, since a program cannot make one.
        return
    assert [p.name for p in mine] == names, where
    assert {p.name for p in signature.parameters.values() if p.kind is kinds.KEYWORD_ONLY} == keywords, where
    # A default where the board has none would let pass here what fails there.
    assert where in LOOSER or sum(p.default is kinds.empty for p in mine) >= required, where


# Where a program finds what a Feather (with USB) has not.
BOARD_OF = {"rp2pio": "raspberry_pi_pico_w"}


@pytest.fixture
def built_in(make_board):
    """The module as a program gets it, of a Feather where BOARD_OF names no other board."""

    def load(name):
        board_id = BOARD_OF.get(name, "adafruit_feather_esp32s3_nopsram")
        board = make_board("import time\ntime.sleep(100)", board_id, version=(10, 3, 1), seed=1)
        board.network = Network(board)
        board.power(True)
        assert board.run_until(lambda: board.vm is not None, 10)
        return board.vm.import_name(name)

    return load


@pytest.mark.parametrize("name", NAMES)
def test_names_and_signatures(built_in, name):
    module = built_in(name)
    ours = {key: value for key, value in vars(module).items() if not key.startswith("__")}
    if name in DOCUMENTED:
        assert set(ours) <= set(DOCUMENTED[name].split())
        return
    stub = stub_of(name)
    assert stub is not None, f"{name} is no module of CircuitPython"
    theirs = members_of(stub)
    allowed = set(theirs) | BEYOND_STUBS.get(name, set())
    if name == "board":
        allowed |= set(BOARDS["adafruit_feather_esp32s3_nopsram"].pins)
    assert set(ours) <= allowed
    for key, value in ours.items():
        node = theirs.get(key)
        if isinstance(node, ast.FunctionDef) and not is_overloaded(stub, key):
            check_signature(f"{name}.{key}", value, node)
        elif isinstance(node, ast.ClassDef):
            check_class(f"{name}.{key}", value, node)


def check_class(where, ours, stub):
    assert inspect.isclass(ours), where
    theirs = members_of(stub)
    bases = [base.id for base in stub.bases if isinstance(base, ast.Name)]
    for key, value in vars(ours).items():
        if key.startswith("_") and key != "__init__":
            continue
        if not bases:
            assert key in theirs or key == "__init__", f"{where}.{key} is not on a board"
        if (
            isinstance(theirs.get(key), ast.FunctionDef)
            and inspect.isfunction(value)
            and not is_overloaded(stub, key)
        ):
            check_signature(f"{where}.{key}", value, theirs[key])
