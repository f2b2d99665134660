// Compares content identifiers with npm's ipfs-unixfs-importer, the reference of `ipfs add --cid-version=1`.
//
//   npm install ipfs-unixfs-importer@17 blockstore-core@7     (in a scratch folder, which must be the working folder)
//   node .../tests/interop/cid.mjs [PROGRAM NODE_URL STORE_URL]
//
// Without arguments it prints the vectors that src/bourse/store/cid_reference_test.cpp holds; with a running store it
// uploads each content with the program and compares the answer. The last line is `N passed, M failed, K skipped`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.cwd() + "/"));
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { importer } = await load("ipfs-unixfs-importer");
const { fixedSize } = await load("ipfs-unixfs-importer/chunker");
const { balanced } = await load("ipfs-unixfs-importer/layout");
const { BlackHoleBlockstore } = await load("blockstore-core");

const CHUNK = 262144;

/** The same bytes in every language: byte i is (i * 31 + (i >> 8) * 17 + (i >> 16)) mod 256. */
function content(size) {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; ++i) bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16)) & 255;
  return bytes;
}

async function reference(bytes) {
  const options = {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({ chunkSize: CHUNK }),
    layout: balanced({ maxChildrenPerNode: 174 }),
    wrapWithDirectory: false,
  };
  for await (const entry of importer([{ content: [bytes] }], new BlackHoleBlockstore(), options)) return entry.cid.toString();
}

const sizes = [0, 1, 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 10 * CHUNK + 7, 174 * CHUNK, 174 * CHUNK + 1, 175 * CHUNK];
const [program, node, store] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "cid-"));
const file = join(folder, "content");
const keyFile = join(folder, "key");
writeFileSync(keyFile, `0x${"5a".repeat(32)}`, { mode: 0o600 });
const where = ["--rpc", node, "--market", store, "--store", store, "--key-file", keyFile, "--json"];
let passed = 0;
let failed = 0;
for (const size of sizes) {
  const bytes = content(size);
  const expected = await reference(bytes);
  if (!program) {
    console.log(`{${size}, "${expected}"},`);
    ++passed;
    continue;
  }
  writeFileSync(file, bytes);
  const answer = JSON.parse(execFileSync(program, ["upload", file, ...where], { env: { ...process.env, BOURSE_HOME: folder } }));
  if (answer.cid === expected) {
    ++passed;
  } else {
    ++failed;
    console.log(`size ${size}: store says ${answer.cid ?? JSON.stringify(answer)}, reference ${expected}`);
  }
}
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
