// Checks what a running server says about its audit log with an implementation of RFC 9162 by others, and with nothing of
// Kartotek's own.
//
//   npm ci && node run.mjs http://127.0.0.1:8080 TOKEN VERIFIER_KEY LOG
//
// TOKEN is an AUDITOR's. VERIFIER_KEY is what `kartotek audit key` printed. LOG is what `kartotek audit export` wrote. Prints
// what was checked. Exits with 1 when anything is not as it should be, or a changed proof is taken.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RFC9162 as rfc9162 } from '@transmute/rfc9162';

const [server, token, key, log] = process.argv.slice(2);
if (!log) {
  console.error('usage: node run.mjs ADDRESS TOKEN VERIFIER_KEY LOG');
  process.exit(64);
}

const counts = {};
function check(what, right) {
  if (!right) throw new Error(`not as it should be: ${what}`);
  counts[what] = (counts[what] ?? 0) + 1;
}

// In the one way in which they are written: Node takes others, too.
const isBase64 = (text) => Buffer.from(text, 'base64').toString('base64') === text;
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

// The same with one bit changed.
function flipped(array, at) {
  const copy = Uint8Array.from(array);
  copy[at % copy.length] ^= 1 << at % 8;
  return copy;
}

async function ask(query, variables = {}) {
  const answer = await fetch(`${server}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

// C2SP signed-note and tlog-checkpoint: a text of lines, an empty line, signatures.
function opens(note, verifierKey) {
  const [name, id, ...key] = verifierKey.split('+');
  const algorithm = bytes(key.join('+'));
  const end = note.indexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), algorithm.slice(1)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signed = note.slice(end + 1).split('\n').filter((line) => line.startsWith(`— ${name} `)).some((line) => {
    const text64 = line.slice(`— ${name} `.length);
    const signature = bytes(text64);
    const isHis = Buffer.from(signature.slice(0, 4)).toString('hex') === id;
    return isHis && isBase64(text64) && verify(null, Buffer.from(text), publicKey, signature.slice(4));
  });
  const [origin, size, root] = text.split('\n');
  return signed && origin === name && isBase64(root) ? { size: Number(size), root: bytes(root) } : undefined;
}

async function included(root, entry, { index, size, hashes }) {
  const proof = { log_id: '', tree_size: size, leaf_index: index, inclusion_path: hashes };
  return rfc9162.verifyInclusionProof(root, await rfc9162.leaf(entry), proof);
}

// The implementation leaves step 2 of RFC 9162, 2.1.4.2 to whoever calls it.
async function grew(first, second, hashes) {
  const isPower = Number.isInteger(Math.log2(first.size));
  const path = isPower ? [first.root, ...hashes] : hashes;
  const proof = { log_id: '', tree_size_1: first.size, tree_size_2: second.size, consistency_path: path };
  return rfc9162.verifyConsistencyProof(first.root, second.root, proof);
}

const checkpoint = async () => (await fetch(`${server}/audit/checkpoint`)).text();
async function newer(than) {
  for (let tries = 0; tries < 100; tries += 1) {
    const note = await checkpoint();
    if (opens(note, key).size > than) return note;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('nothing is sealed any more');
}

check('the server names the key that it signs with', (await ask('{ auditCheckpoint { verifierKey } }')).auditCheckpoint.verifierKey === key);

// What was signed.
const first = await checkpoint();
const signed = opens(first, key);
check('a checkpoint is signed', signed);
for (let at = 0; at < Buffer.byteLength(first); at += 1) {
  const forged = Buffer.from(flipped(Buffer.from(first), at)).toString();
  check('a changed checkpoint is refused', !opens(forged, key));
}

// The log as it was exported has the root that was signed.
const lines = readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const entries = lines.filter((line) => line.entry).map((line) => bytes(line.entry));
const told = opens(lines.at(-1).checkpoint, key);
check('the exported log has the root that was signed', told && told.size === entries.length && same(await rfc9162.treeHead(entries), told.root));
const other = [...entries.slice(0, 3), flipped(entries[3], 9), ...entries.slice(4)];
check('a changed log has another root', !same(await rfc9162.treeHead(other), told.root));

// Its tree is served in tiles (C2SP tlog-tiles), which have the root that was signed, and the leaves of the exported events.
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
function rootOf(leaves) {
  if (leaves.length === 1) return leaves[0];
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return sha256([1], rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}
async function level(nth, count) {
  const hashes = [];
  for (let tile = 0; tile * 256 < count; tile += 1) {
    const [groups, width] = [[], Math.min(256, count - tile * 256)];
    for (let rest = tile, last = true; last || rest > 0; rest = Math.floor(rest / 1000), last = false) {
      groups.unshift((last ? '' : 'x') + String(rest % 1000).padStart(3, '0'));
    }
    const part = width < 256 ? `.p/${width}` : '';
    const answer = await fetch(`${server}/audit/tile/${nth}/${groups.join('/')}${part}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    check('a tile has as many hashes as it is to have', answer.status === 200 && bytes.length === width * 32);
    for (let at = 0; at < bytes.length; at += 32) hashes.push(bytes.slice(at, at + 32));
  }
  return hashes;
}
const leaves = await level(0, told.size);
check('the tiles have the root that was signed', same(rootOf(leaves), told.root));
for (let at = 0; at < entries.length; at += 1) {
  check('the tiles have the leaves of the exported events', same(leaves[at], sha256([0], entries[at])));
}
const above = Math.floor(told.size / 256);
(await level(1, above)).forEach((hash, at) => {
  check('a hash of the next level is that of a full tile', same(hash, rootOf(leaves.slice(at * 256, at * 256 + 256))));
});

// The log only grows.
const second = opens(await newer(signed.size), key);
for (const [from, to] of [[signed, second], [told, second], [told, signed]]) {
  if (from.size >= to.size) continue;
  const { auditConsistencyProof: proof } = await ask(
    'query ($from: SafeInt!, $to: SafeInt!) { auditConsistencyProof(from: $from, to: $to) { fromRootHash toRootHash hashes } }',
    { from: from.size, to: to.size },
  );
  const hashes = proof.hashes.map(bytes);
  check('the roots are those that were signed', same(bytes(proof.fromRootHash), from.root) && same(bytes(proof.toRootHash), to.root));
  check('the log only grew', await grew(from, to, hashes));
  for (let at = 0; at < hashes.length; at += 1) {
    const forged = hashes.map((hash, nth) => (nth === at ? flipped(hash, at) : hash));
    check('a changed proof that it grew is refused', !(await grew(from, to, forged)));
  }
}

// Events are in it, and so are the parts of what they withhold.
const { auditEvents } = await ask(`{ auditEvents(last: 20) { nodes { id operation
    inclusionProof { leafIndex treeSize entry hashes rootHash checkpoint { note } withheld { index part hashes } }
    subjects(first: 3) { nodes { proof { index part hashes } } } } } }`);
for (const event of auditEvents.nodes) {
  const { leafIndex: index, treeSize: size, ...proof } = event.inclusionProof;
  const root = opens(proof.checkpoint.note, key);
  const [entry, hashes] = [bytes(proof.entry), proof.hashes.map(bytes)];
  check('the proof is about what was signed', root.size === size && same(root.root, bytes(proof.rootHash)));
  check('an event is in the log', await included(root.root, entry, { index, size, hashes }));
  check('at another place it is not', !(await included(root.root, entry, { index: index ^ 1, size, hashes })));
  for (let at = 0; at < entry.length; at += 7) {
    check('a changed event is refused', !(await included(root.root, flipped(entry, at), { index, size, hashes })));
  }
  for (let at = 0; at < hashes.length; at += 1) {
    const forged = hashes.map((hash, nth) => (nth === at ? flipped(hash, at) : hash));
    check('a changed proof is refused', !(await included(root.root, entry, { index, size, hashes: forged })));
  }
  const body = JSON.parse(Buffer.from(entry.slice(1)));
  check('the entry says what the API says', body.operation === event.operation);
  for (const part of [...proof.withheld, ...event.subjects.nodes.map((node) => node.proof)]) {
    const of = { index: part.index, size: body.withheld.parts, hashes: part.hashes.map(bytes) };
    check('a part is the entry\'s', await included(bytes(body.withheld.root), bytes(part.part), of));
    check('a changed part is not', !(await included(bytes(body.withheld.root), flipped(bytes(part.part), 3), of)));
  }
}

for (const [what, count] of Object.entries(counts)) console.log(`${count} × ${what}`);
