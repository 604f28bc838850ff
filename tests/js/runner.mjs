// Calls the component for the conformance tests: one JSON document per line in, one out.
//
// The first line names the module that jco made and describes the functions (see src/fronts/wit.rs). Every other line is a call
// {"front": "typed" | "json", "call": "tagging.plan", "input": …}, for the `json` interface with the input as text. The answer is {"answer": …},
// or {"trap": "…"} when the call did not come back.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replaceAll("-", "_");
const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);

// A number in JavaScript holds 53 bits; longer ones stay text until their type says what they are.
const parse = (line) => JSON.parse(line.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}/g, (t) => (t[0] === '"' ? t : `"${t}"`)));

function fail(path, wanted, value) {
  throw new TypeError(`${path} is not ${wanted}: ${String(value)}`);
}

/** The JavaScript value of a WIT type that a JSON value stands for. */
function lower(type, value, path) {
  const is = (kind) => (typeof value === kind ? value : fail(path, kind, value));
  switch (type) {
    case "string":
      return is("string");
    case "bool":
      return is("boolean");
    case "s32":
    case "u32":
      return is("number");
    case "u64":
    case "s64":
      return value === undefined ? fail(path, "a number", value) : BigInt(value);
  }
  if (type.option) return value === undefined || value === null ? undefined : lower(type.option, value, path);
  if (type.enum) return type.enum.includes(value) ? value : fail(path, `one of ${type.enum}`, value);
  if (type.variant) {
    // A case without a payload is a string, one with a payload an object with one key.
    const [tag, payload] = typeof value === "string" ? [value] : (Object.entries(value ?? {})[0] ?? []);
    const found = type.variant.find(([name]) => name === tag);
    if (!found) fail(path, "a case that there is", value);
    return found[1] === null ? { tag } : { tag, val: lower(found[1], payload, `${path}.${tag}`) };
  }
  if (type.list) {
    if (!Array.isArray(value)) fail(path, "a list", value);
    return value.map((item) => lower(type.list, item, path));
  }
  if (type.tuple) {
    if (value?.length !== type.tuple.length) fail(path, "a tuple", value);
    return type.tuple.map((item, index) => lower(item, value[index], path));
  }
  if (type.record) {
    if (typeof value !== "object" || value === null) fail(path, "an object", value);
    return fields(type.record, value, path);
  }
  throw new TypeError(`${path} is of a type that the runner does not know`);
}

function fields(known, value, path) {
  const unknown = Object.keys(value).find((key) => !known.some(([name]) => snake(name) === key));
  if (unknown) fail(path, "a record without", unknown);
  return Object.fromEntries(
    known.map(([name, type]) => [camel(name), lower(type, own(value, snake(name)), `${path}.${snake(name)}`)]),
  );
}

/** A value of a WIT type as JSON text, in which 64-bit numbers stay whole; undefined for an absent option. */
function lift(type, value, path) {
  const is = (kind) => (typeof value === kind ? value : fail(path, kind, value));
  switch (type) {
    case "string":
      return JSON.stringify(is("string"));
    case "bool":
      return String(is("boolean"));
    case "s32":
    case "u32":
      return String(is("number"));
    case "u64":
    case "s64":
      return String(is("bigint"));
  }
  if (type.option) return value === undefined ? undefined : lift(type.option, value, path);
  if (type.enum) return type.enum.includes(value) ? JSON.stringify(value) : fail(path, `one of ${type.enum}`, value);
  if (type.list) return `[${value.map((item) => lift(type.list, item, path)).join()}]`;
  if (type.tuple) return `[${type.tuple.map((item, index) => lift(item, value[index], path)).join()}]`;
  if (type.record) {
    const known = type.record.map(([name]) => camel(name));
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown) fail(path, "a record without", unknown);
    const pairs = type.record.map(([name, inner]) => [snake(name), lift(inner, value[camel(name)], `${path}.${name}`)]);
    return `{${pairs.filter(([, text]) => text !== undefined).map(([key, text]) => `"${key}":${text}`)}}`;
  }
  // A policy has no JSON form; that there is one is the answer. Facts are the record that they hold.
  if (type.resource === "run-facts") {
    const record = value.toRecord();
    value[Symbol.dispose]();
    return lift(functions["facts.to-record"].result, record, path);
  }
  if (type.resource) return "{}";
  throw new TypeError(`${path} is of a type that the runner does not know`);
}

/** jco throws what a function answers as its error, in `payload`; anything else that is thrown is a trap. */
function outcome(call) {
  try {
    return { ok: call() };
  } catch (error) {
    if (error instanceof Error && Object.hasOwn(error, "payload")) return { err: error.payload };
    throw error;
  }
}

const resourceOf = (type) => type.resource ?? type.option?.resource;
const pascal = (name) => camel(`-${name}`);

/** Facts of a JSON value. */
function facts(value, path) {
  const [[, record]] = functions["facts.from-record"].params;
  return engine.facts.RunFacts.fromRecord(lower(record, value, path));
}

function typed(name, input) {
  const { interface: home, function: item, kind, resource, params, result } = own(functions, name) ?? fail("call", "a function", name);
  const rest = { ...input };
  let policy;
  const takesPolicy = params.some(([, type]) => resourceOf(type) === "policy");
  if (takesPolicy) {
    const { Policy } = engine.policy;
    const document = rest.policy;
    delete rest.policy;
    const made = document === undefined ? { ok: Policy.standard() } : outcome(() => Policy.parse(document.source, document.name));
    if ("err" in made) return `{"err":${lift(functions["policy.parse"].result.result[1], made.err, "policy")}}`;
    policy = made.ok;
  }
  const held = {};
  for (const [key, type] of params.filter(([, type]) => resourceOf(type) === "run-facts")) {
    if (type.resource || own(rest, key) !== undefined) held[key] = facts(rest[key], key);
    delete rest[key];
  }
  const plain = params.filter(([, type]) => !resourceOf(type));
  const values = { ...fields(plain, rest, "input"), ...held, policy };
  const list = params.filter(([key]) => key !== "self").map(([key]) => values[camel(key)]);
  const target = kind === "function" ? engine[home] : kind === "static" ? engine[home][pascal(resource)] : policy;
  const answer = outcome(() => target[camel(item)](...list));
  for (const used of [policy, ...Object.values(held)]) used?.[Symbol.dispose]?.();
  if (result.result) {
    const [ok, err] = result.result;
    return "err" in answer ? `{"err":${lift(err, answer.err, "err")}}` : `{"ok":${lift(ok, answer.ok, "ok")}}`;
  }
  const text = lift(result, answer.ok, "answer") ?? "null";
  return takesPolicy ? `{"ok":${text}}` : text;
}

function json(name, input) {
  const answer = outcome(() => engine.json.call(name, input));
  return "err" in answer ? JSON.stringify({ failure: answer.err }) : answer.ok;
}

let engine;
let functions;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (!engine) {
    ({ functions } = JSON.parse(line));
    engine = await import(pathToFileURL(JSON.parse(line).module));
    console.log('{"ready":true}');
    continue;
  }
  let reply;
  try {
    const { front, call, input } = parse(line);
    reply = front === "json" ? json(call, input) : typed(call, input);
    reply = `{"answer":${reply}}`;
  } catch (error) {
    reply = JSON.stringify({ trap: String(error?.stack ?? error) });
  }
  console.log(reply);
}
