// Writes `ranges.bin`, the sets of the properties in `names.txt`, as node's regular expressions know them:
//
//     node core/src/regexp/unicode/generate.mjs
//
// Run it with a node whose Unicode version is that of the Rust compiler, from which the core takes the case of letters. The format is
// described in `mod.rs`.
import { readFileSync, writeFileSync } from 'node:fs';

const LAST = 0x10ffff;
const here = new URL('.', import.meta.url);
const [categories, scripts, binary] = readFileSync(new URL('names.txt', here), 'utf8')
  .trim()
  .split('\n\n')
  .map((part) => part.split('\n').map((line) => line.split(' ')));

// Every code point in one text, apart from the surrogates, which would pair up.
let text = '';
const places = [];
for (let c = 0; c <= LAST; c += 1) {
  if (c < 0xd800 || c > 0xdfff) {
    places[text.length] = c;
    text += String.fromCodePoint(c);
  }
}

// A set is the sorted list of the code points where membership changes.
function toggles(property) {
  const has = (text) => new RegExp(`^\\p{${property}}$`, 'u').test(text);
  const list = [];
  for (const found of text.matchAll(new RegExp(`\\p{${property}}+`, 'gu'))) {
    const end = found.index + found[0].length;
    list.push(places[found.index], end === text.length ? LAST + 1 : places[end]);
  }
  // The surrogates are not in the text, so what surrounds them meets there.
  const around = list.filter((at) => at !== 0xe000);
  if (has('\ud7ff') !== has('\ud800')) around.push(0xd800);
  if (has('\ud800') !== has('\ue000')) around.push(0xe000);
  return around.sort((a, b) => a - b);
}

// What is in one of two sets and not in both.
function exclusive(a, b) {
  const out = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (j === b.length || a[i] < b[j]) out.push(a[i++]);
    else if (i === a.length || b[j] < a[i]) out.push(b[j++]);
    else [i, j] = [i + 1, j + 1];
  }
  return out;
}

const bytes = [];
function number(n) {
  while (n >= 0x80) {
    bytes.push((n & 0x7f) | 0x80);
    n >>>= 7;
  }
  bytes.push(n);
}
function list(toggled) {
  number(toggled.length);
  let last = 0;
  for (const at of toggled) {
    number(at - last);
    last = at;
  }
}
// Which of several sets that have no code point in common each code point is in.
function partition(sets) {
  const starts = sets.flatMap((set, index) => set.filter((_, at) => at % 2 === 0).map((start) => [start, index]));
  starts.sort((a, b) => a[0] - b[0]);
  return starts.map(([start, index], at) => [index, (starts[at + 1]?.[0] ?? LAST + 1) - start]);
}

const single = categories.filter(([name]) => name.length === 2 && name !== 'LC').map(([name]) => toggles(`gc=${name}`));
for (const [category, length] of partition(single)) {
  bytes.push(category | (Math.min(length, 8) - 1) << 5);
  if (length >= 8) number(length - 8);
}
const size = { categories: bytes.length };

// The last script is that of code points that are no characters, which the categories tell, so that its runs may belong to their neighbours.
const script = scripts.map(([name]) => toggles(`sc=${name}`));
const unknown = ['Cn', 'Co', 'Cs'].map((name) => toggles(`gc=${name}`)).reduce(exclusive);
if (exclusive(script.at(-1), unknown).length > 0) throw new Error('the last script is not that of unassigned code points');
const runs = [];
for (const [index, length] of partition(script)) {
  if (runs.length > 0 && (index === scripts.length - 1 || index === runs.at(-1)[0])) runs.at(-1)[1] += length;
  else runs.push([index, length]);
}
for (const [index, length] of runs) {
  bytes.push(index);
  number(length);
}
size.scripts = bytes.length;
scripts.forEach(([name], index) => list(exclusive(script[index], toggles(`scx=${name}`))));
size.extensions = bytes.length;

// A binary property is stored as what tells it from a union of categories, or from such a union and an earlier property: whatever is shortest.
const done = [];
const NONE = 0xff;
for (const [name] of binary) {
  const set = toggles(name);
  let best = { rest: set, mask: 0, base: NONE };
  [NONE, ...done.keys()].forEach((base) => {
    let mask = 0;
    let rest = base === NONE ? set : exclusive(set, done[base]);
    for (let better = true; better; ) {
      better = false;
      single.forEach((category, bit) => {
        const other = exclusive(rest, category);
        if (other.length < rest.length) {
          [rest, mask, better] = [other, mask ^ (1 << bit), true];
        }
      });
    }
    if (rest.length < best.rest.length) best = { rest, mask, base };
  });
  bytes.push(best.base);
  number(best.mask >>> 0);
  list(best.rest);
  done.push(set);
}
size.binary = bytes.length;

writeFileSync(new URL('ranges.bin', here), Uint8Array.from(bytes));
console.log(`Unicode ${process.versions.unicode}, ${JSON.stringify(size)}`);
