// Answers one JSON line with another: {pattern, flags, start, input, search} with "error" when the pattern is none, with "pattern" when it was
// not to be searched for, with null when there is no match, else with {groups, names}: places of groups, by number and by name.
// {letters, flags} is answered with the place of the first letter that each of them matches.
import { createInterface } from 'node:readline';

function matching({ letters, flags }) {
  const text = letters.join('');
  return letters.map((letter) => text.search(new RegExp(letter, flags)));
}

function answer({ pattern, flags, start, input, search }) {
  let regexp;
  try {
    regexp = new RegExp(pattern, flags);
  } catch {
    return 'error';
  }
  if (!search) return 'pattern';
  // The indices are wanted always.
  regexp = new RegExp(pattern, flags.includes('d') ? flags : `${flags}d`);
  regexp.lastIndex = start;
  const found = regexp.exec(String.fromCharCode(...input));
  if (!found) return null;
  const place = (indices) => indices ?? null;
  const names = Object.entries(found.indices.groups ?? {}).map(([name, indices]) => [name, place(indices)]);
  return { groups: Array.from(found.indices, place), names };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const reply = question.letters ? matching(question) : answer(question);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
