"""Runs a WASI 0.2 command: `command.py FILE.wasm [ARGUMENT…]`, with this process's standard streams and nothing else."""

import sys

from wasmtime import Engine, ExitTrap, Store, WasiConfig
from wasmtime.component import Component, Linker

engine = Engine()
component = Component.from_file(engine, sys.argv[1])
wasi = WasiConfig()
wasi.argv = sys.argv[1:]
wasi.inherit_stdin()
wasi.inherit_stdout()
wasi.inherit_stderr()
store = Store(engine)
store.set_wasi(wasi)
linker = Linker(engine)
linker.add_wasip2()
instance = linker.instantiate(store, component)
# The interface's patch version is that of the compiler's own WASI.
(home,) = (name for name in component.type.exports(engine) if name.startswith("wasi:cli/run@0.2."))
index = instance.get_export_index(store, "run", instance.get_export_index(store, home))
try:
    # Both sides of this result are empty, so that wasmtime keeps its tag.
    succeeded = instance.get_func(store, index)(store).tag == "ok"
except ExitTrap as trap:
    succeeded = trap.code == 0
sys.exit(0 if succeeded else 1)
