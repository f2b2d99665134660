// Wallet files (Web3 Secret Storage, version 3): scrypt or PBKDF2, AES-128-CTR, keccak MAC. The program's CLI reads and
// writes the same. Needs `crypto.subtle`, which browsers give to https and loopback pages only.
import { t } from '@lingui/core/macro';
import { pbkdf2Async } from '@noble/hashes/pbkdf2';
import { scryptAsync } from '@noble/hashes/scrypt';
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, concat, hexToBytes, keccak256, type Hex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';

export type WalletFile = {
  version: 3;
  id: string;
  address: string;
  crypto: {
    cipher: string;
    ciphertext: string;
    cipherparams: { iv: string };
    kdf: string;
    kdfparams: { dklen: number; salt: string; n?: number; r?: number; p?: number; c?: number; prf?: string };
    mac: string;
  };
};

export class WrongPassword extends Error {
  constructor() {
    super(t`The password does not open this wallet.`);
  }
}

/** About a second of work and 128 MiB, as the program's own wallets. */
export const STANDARD_N = 131_072;
const MEMORY_LIMIT = 1 << 30;
const LEAST_PASSWORD = 8;

const plain = (hex: Hex): string => hex.slice(2);
const bytesOf = (text: string): Uint8Array => hexToBytes(text.startsWith('0x') ? (text as Hex) : `0x${text}`);

export function passwordProblem(password: string, again: string): string | null {
  if (password.length < LEAST_PASSWORD) return t`A password has at least ${LEAST_PASSWORD} characters.`;
  return password === again ? null : t`The two passwords differ.`;
}

/** The wallet in a file's text. Throws with words for what is wrong. */
export function parseWalletFile(text: string): WalletFile {
  let value: Record<string, unknown>;
  try {
    // Old wallets write their members with capitals.
    value = JSON.parse(text, function lower(this: unknown, key, part: unknown) {
      if (key === '' || Array.isArray(this) || key === key.toLowerCase()) return part;
      (this as Record<string, unknown>)[key.toLowerCase()] = part;
      return undefined;
    }) as Record<string, unknown>;
  } catch {
    throw new Error(t`This is no wallet file: it is no JSON.`);
  }
  const secret = value?.crypto as WalletFile['crypto'] | undefined;
  if (Number(value?.version) !== 3 || !secret?.ciphertext || !secret.kdfparams || !secret.mac || !secret.cipherparams?.iv) throw new Error(t`This is no wallet file of version 3.`);
  if (secret.cipher !== 'aes-128-ctr') throw new Error(t`This page does not know the cipher “${{ cipher: secret.cipher }}”.`);
  const address = String(value.address ?? '').replace(/^0x/i, '').toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(address)) throw new Error(t`The wallet file names no address.`);
  return { version: 3, id: String(value.id ?? ''), address, crypto: secret };
}

async function derive(password: string, { kdf, kdfparams }: WalletFile['crypto'], progress: (share: number) => void): Promise<Uint8Array> {
  const salt = bytesOf(kdfparams.salt);
  const { n = 0, r = 0, p = 0, c = 0, dklen } = kdfparams;
  if (kdf === 'scrypt') {
    if (128 * n * r > MEMORY_LIMIT || n < 2 || (n & (n - 1)) !== 0) throw new Error(t`The wallet asks for more memory than this page gives.`);
    return scryptAsync(new TextEncoder().encode(password), salt, { N: n, r, p, dkLen: dklen, onProgress: progress, asyncTick: 20 });
  }
  if (kdf !== 'pbkdf2' || kdfparams.prf !== 'hmac-sha256') throw new Error(t`This page does not know the key derivation “${kdf}”.`);
  return pbkdf2Async(sha256, new TextEncoder().encode(password), salt, { c, dkLen: dklen, asyncTick: 20 });
}

async function aes(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  if (!globalThis.crypto?.subtle) throw new Error(t`Wallet files need a page from https or from this machine (127.0.0.1): the browser gives no cryptography to others.`);
  const secret = await crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, 'AES-CTR', false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CTR', counter: iv as Uint8Array<ArrayBuffer>, length: 128 }, secret, data as Uint8Array<ArrayBuffer>));
}

/** The private key. Throws WrongPassword. */
export async function openWalletFile(wallet: WalletFile, password: string, progress: (share: number) => void = () => undefined): Promise<Hex> {
  const derived = await derive(password, wallet.crypto, progress);
  const ciphertext = bytesOf(wallet.crypto.ciphertext);
  const mac = keccak256(concat([derived.slice(16, 32), ciphertext]));
  if (plain(mac) !== wallet.crypto.mac.replace(/^0x/, '').toLowerCase()) throw new WrongPassword();
  const key = bytesToHex(await aes(derived.slice(0, 16), bytesOf(wallet.crypto.cipherparams.iv), ciphertext));
  if (privateKeyToAddress(key).toLowerCase().slice(2) !== wallet.address) throw new Error(t`The wallet file holds the key of another address than it says.`);
  return key;
}

export async function makeWalletFile(key: Hex, password: string, n = STANDARD_N, progress: (share: number) => void = () => undefined): Promise<WalletFile> {
  const random = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));
  const iv = random(16);
  const kdfparams = { dklen: 32, salt: plain(bytesToHex(random(32))), n, r: 8, p: 1 };
  const shell = { cipher: 'aes-128-ctr', ciphertext: '', cipherparams: { iv: plain(bytesToHex(iv)) }, kdf: 'scrypt', kdfparams, mac: '' };
  const derived = await derive(password, shell, progress);
  const ciphertext = await aes(derived.slice(0, 16), iv, hexToBytes(key));
  const mac = plain(keccak256(concat([derived.slice(16, 32), ciphertext])));
  return { version: 3, id: crypto.randomUUID(), address: privateKeyToAddress(key).toLowerCase().slice(2), crypto: { ...shell, ciphertext: plain(bytesToHex(ciphertext)), mac } };
}

/** The private key in what somebody typed: 0x and 64 digits, or the digits alone. */
export function keyOfText(text: string): Hex | null {
  const digits = text.trim().replace(/^0x/i, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) && !/^0+$/.test(digits) ? `0x${digits}` : null;
}
