"""What is this run's image called? The engine's typed interfaces, called from Python.

    pip install wasmtime==48.0.0
    python plan.py buildonce.wasm [buildonce.yaml]

reads the CI engine's variables and event file, as every host does, and prints the decision and one reference per line.
"""

import os
import sys
import time

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record

VERSION = "0.1.0"


class Buildonce:
    """One instance of the component; nothing is granted to it, because it imports nothing."""

    def __init__(self, path):
        engine = Engine()
        self.store = Store(engine)
        self.instance = Linker(engine).instantiate(self.store, Component.from_file(engine, path))

    def call(self, interface, function, *arguments):
        home = self.instance.get_export_index(self.store, f"buildonce:engine/{interface}@{VERSION}")
        index = home and self.instance.get_export_index(self.store, function, home)
        if index is None:
            sys.exit(f"the component has no {interface}.{function}")
        return self.instance.get_func(self.store, index)(self.store, *arguments)


def record(**fields):
    """A WIT record: its fields have the names of the WIT file, with hyphens."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def ok(answer):
    """wasmtime drops the tags of a result whose sides are of different Python types: a list is always the refusal here."""
    if isinstance(answer, list):
        for finding in answer:
            print(f"{finding.severity}[{finding.code}]: {finding.message}", file=sys.stderr)
        sys.exit(2)
    return answer


def main(component, policy_file=None):
    engine = Buildonce(component)
    # The engine says which variables it reads; it gets those and no others, so that no secret enters it.
    env = [(name, os.environ[name]) for name in engine.call("facts", "variables") if name in os.environ]
    payload = None
    if path := os.environ.get(engine.call("facts", "payload-variable", env) or ""):
        with open(path, encoding="utf-8") as file:
            payload = file.read()
    now = int(os.environ.get("SOURCE_DATE_EPOCH", time.time())) * 1000
    host = record(now=now, git=None, credentials=None, builder=None, changed_files=None, registry_tags=None)
    facts = ok(engine.call("facts", "detect", env, payload, host))
    if policy_file is None:
        policy = engine.call("policy", "[static]policy.standard")
    else:
        with open(policy_file, encoding="utf-8") as file:
            policy = ok(engine.call("policy", "[static]policy.parse", file.read(), policy_file))
    plan = ok(engine.call("tagging", "plan", policy, facts))
    print("build" if plan.decision.build else "no build", "-", plan.decision.reasons[0].message)
    for image in plan.images:
        for reference in image.references:
            print(reference)
    # Policies and facts live in the component until they are dropped.
    policy.drop(engine.store)
    facts.drop(engine.store)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
