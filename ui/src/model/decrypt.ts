// Encrypted results (sdk-interop.md §5.3): the archive's key is wrapped by RSA PKCS#1 v1.5, which browsers do not offer, so
// the private operation is done here in whole numbers; the content is AES-256-CBC, which they do.
import { t } from '@lingui/core/macro';
import { readEntry, type ZipEntry } from './zip';

const WRAPPED = 'aes-key.rsa';
const CONTENT = 'iexec_out.zip.aes';
const KEY_BYTES = 32;
const IV_BYTES = 16;

type Primes = { p: bigint; q: bigint; dp: bigint; dq: bigint; qi: bigint; size: number };

const bytesOfBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/').replace(/\s/g, '')), (character) => character.charCodeAt(0));
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') || '0'}`);

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** A private key in PEM (PKCS#8). Throws with words. */
async function primesOf(pem: string): Promise<Primes> {
  const body = /-----BEGIN PRIVATE KEY-----([\s\S]+?)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  if (!body) throw new Error(t`This is no private key: a PEM file that begins with “BEGIN PRIVATE KEY” is needed.`);
  try {
    const key = await crypto.subtle.importKey('pkcs8', bytesOfBase64(body) as Uint8Array<ArrayBuffer>, { name: 'RSA-OAEP', hash: 'SHA-256' }, true, ['decrypt']);
    const jwk = (await crypto.subtle.exportKey('jwk', key)) as Record<string, string>;
    const part = (name: string): bigint => numberOf(bytesOfBase64(jwk[name] ?? ''));
    return { p: part('p'), q: part('q'), dp: part('dp'), dq: part('dq'), qi: part('qi'), size: bytesOfBase64(jwk.n ?? '').length };
  } catch {
    throw new Error(t`This private key cannot be read: an RSA key in PKCS#8 form is needed.`);
  }
}

/** The 32 bytes wrapped by RSA PKCS#1 v1.5. One error for all that can be wrong with them. */
function unwrap(wrapped: Uint8Array, key: Primes): Uint8Array {
  const cipher = numberOf(wrapped);
  const a = power(cipher, key.dp, key.p);
  const b = power(cipher, key.dq, key.q);
  // Chinese remainders: a quarter of the work of one power modulo n.
  const clear = b + key.q * (((((a - b) * key.qi) % key.p) + key.p) % key.p);
  const padded = Uint8Array.from(clear.toString(16).padStart(key.size * 2, '0').match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const end = padded.indexOf(0, 2);
  const secret = padded.slice(end + 1);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10 || secret.length !== KEY_BYTES) throw new Error(t`This key does not open the result: it was encrypted for another one.`);
  return secret;
}

async function wholeEntry(archive: Uint8Array, entries: ZipEntry[], name: string): Promise<Uint8Array> {
  const entry = entries.find((each) => each.name === name);
  if (!entry) throw new Error(t`the archive lacks ${name}`);
  return readEntry(archive, entry, 1 << 30);
}

/** The inner archive. Throws with words where the key is another one or the content is damaged. */
export async function decryptResult(archive: Uint8Array, entries: ZipEntry[], pem: string): Promise<Uint8Array> {
  const key = await primesOf(pem);
  let wrapped = await wholeEntry(archive, entries, WRAPPED);
  if (wrapped.length > key.size) wrapped = bytesOfBase64(new TextDecoder().decode(wrapped));
  const secret = await crypto.subtle.importKey('raw', unwrap(wrapped, key) as Uint8Array<ArrayBuffer>, 'AES-CBC', false, ['decrypt']);
  const content = await wholeEntry(archive, entries, CONTENT);
  try {
    const clear = await crypto.subtle.decrypt({ name: 'AES-CBC', iv: content.slice(0, IV_BYTES) }, secret, content.slice(IV_BYTES));
    return new Uint8Array(clear);
  } catch {
    throw new Error(t`The encrypted content is damaged.`);
  }
}
