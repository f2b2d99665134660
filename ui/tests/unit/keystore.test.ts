// Wallet files, their locking, orders signed by files, encrypted results: nothing but the right key opens them.
import { createCipheriv, constants, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { privateKeyToAccount } from 'viem/accounts';
import { decryptResult } from '../../src/model/decrypt';
import { HIDDEN_MS, IDLE_MS, lockAt, mustLock } from '../../src/model/autolock';
import { keyOfText, makeWalletFile, openWalletFile, parseWalletFile, passwordProblem, WrongPassword } from '../../src/model/keystore';
import { completeOrder, newSalt, orderTypedData, type Domain, type OrderKind } from '../../src/model/orders';
import { isEncrypted } from '../../src/model/result';
import { listZip } from '../../src/model/zip';
import { FileSigner, signedOrderOf, unsignedFile } from '../../src/signer/files';
import { GuardedSigner, type Expected } from '../../src/signer/guard';
import { LocalSigner } from '../../src/signer/local';
import { Refused } from '../../src/signer/types';
import { fileRequest } from '../../src/signer/file_request';

const LIGHT = 1024;
const KEY = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';

describe('wallet files', () => {
  // The two vectors of the Web3 Secret Storage definition.
  const pbkdf2 = '{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3,"address":"008aeeda4d805471df9b2a5b0f38a0c3bcba786b"}';
  it('opens the vector of the definition', async () => {
    expect(await openWalletFile(parseWalletFile(pbkdf2), 'testpassword')).toBe(KEY);
  });
  it('opens what it made, with the right password only, in any spelling of the members', async () => {
    const file = await makeWalletFile(KEY, 'correct horse', LIGHT);
    expect(file.address).toBe(privateKeyToAccount(KEY).address.slice(2).toLowerCase());
    expect(JSON.stringify(file)).not.toContain(KEY.slice(2));
    const capitals = JSON.stringify(file).replace('"crypto"', '"Crypto"').replace('"ciphertext"', '"CipherText"');
    expect(await openWalletFile(parseWalletFile(capitals), 'correct horse')).toBe(KEY);
    await expect(openWalletFile(file, 'correct horsf')).rejects.toBeInstanceOf(WrongPassword);
  });
  it('refuses a file with one flipped byte of its secret', async () => {
    const file = await makeWalletFile(KEY, 'correct horse', LIGHT);
    const { ciphertext } = file.crypto;
    const flipped = { ...file, crypto: { ...file.crypto, ciphertext: (ciphertext[0] === '0' ? '1' : '0') + ciphertext.slice(1) } };
    await expect(openWalletFile(flipped, 'correct horse')).rejects.toBeInstanceOf(WrongPassword);
    await expect(openWalletFile({ ...file, address: '00'.repeat(20) }, 'correct horse')).rejects.toThrow(/another address/);
  });
  it('says what is wrong with other files, and gives none of them all the memory', async () => {
    expect(() => parseWalletFile('hello')).toThrow(/no JSON/);
    expect(() => parseWalletFile('{"version":1}')).toThrow(/version 3/);
    expect(() => parseWalletFile(pbkdf2.replace('aes-128-ctr', 'rot13'))).toThrow(/rot13/);
    const greedy = await makeWalletFile(KEY, 'correct horse', LIGHT);
    greedy.crypto.kdfparams.n = 1 << 30;
    await expect(openWalletFile(greedy, 'correct horse')).rejects.toThrow(/memory/);
  });
  it('reads keys and passwords as people type them', () => {
    expect(keyOfText(` ${KEY.slice(2).toUpperCase()}\n`)).toBe(KEY);
    expect(keyOfText('0x12')).toBeNull();
    expect(keyOfText(`0x${'0'.repeat(64)}`)).toBeNull();
    expect(passwordProblem('short', 'short')).toMatch(/8/);
    expect(passwordProblem('long enough', 'long enougj')).toMatch(/differ/);
    expect(passwordProblem('long enough', 'long enough')).toBeNull();
  });
});

describe('an open wallet locks itself', () => {
  it('after ten idle minutes, after half an hour in a hidden tab, never before', () => {
    fc.assert(fc.property(fc.nat(1e9), fc.nat(3_600_000), fc.boolean(), (touched, passed, hidden) => {
      const presence = { touched, hiddenSince: hidden ? touched : null };
      expect(lockAt(presence)).toBe(touched + (hidden ? HIDDEN_MS : IDLE_MS));
      expect(mustLock(presence, touched + passed)).toBe(passed >= (hidden ? 1_800_000 : 600_000));
    }));
  });
});

const DOMAIN: Domain = { name: 'iExecODB', version: '5.0.0', chainId: 65535, verifyingContract: '0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f' };
const EXPECTED: Expected = { chainId: 65535, domain: DOMAIN, challengeDomain: { name: 'iExec Gateway', version: '1', chainId: 65535 }, contracts: [DOMAIN.verifyingContract], dev: true };
const ME = privateKeyToAccount(KEY).address;
const draft = completeOrder('request', { app: ME, appmaxprice: '1', workerpoolmaxprice: '20', requester: ME, volume: '1', beneficiary: ME, params: '{}', salt: newSalt() });

/** What the program writes: an own salt, empty params in place of {}. */
async function signedElsewhere(kind: OrderKind, change: Record<string, string> = {}, key: `0x${string}` = KEY): Promise<string> {
  const order: Record<string, string> = { ...draft, salt: newSalt(), params: '', ...change };
  const { domain, types, primaryType, message } = orderTypedData(kind, order, DOMAIN);
  const sign = await privateKeyToAccount(key).signTypedData({ domain, types, primaryType, message } as never);
  return JSON.stringify({ '65535': { [`${kind}order`]: { ...order, sign } } });
}

describe('orders signed by files', () => {
  const request = { kind: 'request' as const, order: draft, domain: DOMAIN, account: ME };
  it('leave without salt and come back with the signature of the account', async () => {
    expect(JSON.parse(unsignedFile('request', draft)).order.requestorder).not.toHaveProperty('salt');
    const signed = await signedOrderOf(request, await signedElsewhere('request'));
    expect(signed.workerpoolmaxprice).toBe('20');
    expect(signed.sign).toMatch(/^0x[0-9a-f]{130}$/);
  });
  it('are refused with another member, another key, another chain, no signature', async () => {
    await expect(signedOrderOf(request, await signedElsewhere('request', { workerpoolmaxprice: '2000' }))).rejects.toThrow(/workerpoolmaxprice/);
    await expect(signedOrderOf(request, await signedElsewhere('request', {}, `0x${'11'.repeat(32)}`))).rejects.toThrow(/not that of/);
    await expect(signedOrderOf(request, (await signedElsewhere('request')).replace('65535', '1'))).rejects.toThrow(/no signed request order/);
    await expect(signedOrderOf(request, '{}')).rejects.toThrow(/no signed request order/);
    await expect(signedOrderOf(request, 'x')).rejects.toThrow(/no JSON/);
  });
  it('wait for their file behind the guard, and a refusal is no error (T-07, T-36)', async () => {
    const signer = new GuardedSigner(new FileSigner(ME, 65535), EXPECTED);
    const waiting = signer.signOrder?.('request', draft, DOMAIN);
    await Promise.resolve();
    await Promise.resolve();
    fileRequest.get()?.refuse();
    await expect(waiting).rejects.toBeInstanceOf(Refused);
    await expect(signer.signOrder?.('request', draft, { ...DOMAIN, chainId: 1 })).rejects.toThrow(/chain 1/);
    expect(fileRequest.get()).toBeNull();
    await expect(signer.sendTx({ from: ME, to: DOMAIN.verifyingContract, data: '0x' })).rejects.toThrow(/command/);
  });
});

describe('keys in the page stay behind the guard (T-36)', () => {
  it('a wallet file signs for this chain and hub only', async () => {
    const signer = new GuardedSigner(new LocalSigner('keystore', KEY, 'wallet file', 65535), EXPECTED);
    await expect(signer.signTyped(ME, orderTypedData('request', draft, { ...DOMAIN, verifyingContract: ME }))).rejects.toThrow(/another contract/);
    expect(await signer.signTyped(ME, orderTypedData('request', draft, DOMAIN))).toMatch(/^0x/);
    expect(JSON.stringify(signer)).not.toContain(KEY.slice(2));
  });
});

/** A stored zip of these files. */
function zipOf(files: Record<string, Uint8Array>): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const central = Buffer.alloc(46 + name.length);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt32LE(content.length, 20);
    central.writeUInt32LE(content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    central.write(name, 46);
    parts.push(local, Buffer.from(content));
    directory.push(central);
    at += local.length + content.length;
  }
  const end = Buffer.alloc(22);
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

describe('encrypted results (T-18)', () => {
  const pair = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const mine = pair(2048);
  const inner = zipOf({ 'result.txt': Buffer.from('Hello, Alice') });
  const encrypted = (key = randomBytes(32), iv = randomBytes(16)): Uint8Array => {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const content = Buffer.concat([iv, cipher.update(inner), cipher.final()]);
    return zipOf({ 'aes-key.rsa': publicEncrypt({ key: mine.publicKey, padding: constants.RSA_PKCS1_PADDING }, key), 'iexec_out.zip.aes': content });
  };
  it('open with the beneficiary’s key', async () => {
    const archive = encrypted();
    expect(isEncrypted(listZip(archive))).toBe(true);
    expect(await decryptResult(archive, listZip(archive), mine.privateKey)).toEqual(inner);
  });
  it('stay closed for another key, a missing one, and with a flipped bit', async () => {
    const archive = encrypted();
    await expect(decryptResult(archive, listZip(archive), pair(2048).privateKey)).rejects.toThrow(/another one/);
    await expect(decryptResult(archive, listZip(archive), 'no key')).rejects.toThrow(/no private key/);
    const wrapped = listZip(archive).find((each) => each.name === 'aes-key.rsa')!;
    const damaged = archive.slice();
    damaged[wrapped.offset + 60]! ^= 1;
    await expect(decryptResult(damaged, listZip(damaged), mine.privateKey)).rejects.toThrow();
  });
});
