// One upload in a form: choose, prepare (encrypt and hash), sign, send, with every stop and break between.
import { t } from '@lingui/core/macro';
import { useEffect, useRef, useState } from 'react';
import type { Upload } from '../transport/api';
import { newIv, newKey, parseKey, type Secret } from '../model/stored_file';
import type { UploadProgress, UploadRun } from '../model/upload';
import { Refused } from '../signer/types';
import { begunStore, begunWith, FileThread, forgetBegun, rememberBegun, textOfOrder, uploadOrder, uploadRun, type Begun, type Prepared, type UploadOrder } from './upload';
import { useStore } from './store';
import { useWallet } from './wallet';

/** How the file is encrypted: not at all, with a new key, or with the key in a file. */
export type Lock = 'none' | 'new' | 'file';
export type UploadStage = 'choose' | 'preparing' | 'ready' | 'signing' | 'sending' | 'stored';
export type UploadForm = {
  stage: UploadStage;
  file: File | null;
  lock: Lock;
  begun: Begun | null;
  prepared: Prepared | null;
  order: UploadOrder | null;
  read: { done: number; total: number } | null;
  progress: UploadProgress | null;
  stored: Upload | null;
  problem: string | null;
  choose: (file: File | null) => void;
  setLock: (lock: Lock) => void;
  chooseKey: (file: File | null) => void;
  cancel: () => void;
  send: () => void;
  pause: () => void;
  resume: () => void;
};

/** An encrypted upload that goes on needs its old IV, or it would be another file. */
function secretOf(lock: Lock, key: Uint8Array<ArrayBuffer> | null, begun: Begun | null): Secret | null | undefined {
  if (lock === 'none') return null;
  if (lock === 'new') return { key: newKey(), iv: newIv() };
  return key ? { key, iv: begun?.iv ? Uint8Array.from(begun.iv) : newIv() } : undefined;
}

export function useUpload(): UploadForm {
  const wallet = useWallet();
  const begunAll = useStore(begunStore);
  const [stage, setStage] = useState<UploadStage>('choose');
  const [file, setFile] = useState<File | null>(null);
  const [lock, setLockState] = useState<Lock>('none');
  const [key, setKey] = useState<Uint8Array<ArrayBuffer> | null>(null);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [order, setOrder] = useState<UploadOrder | null>(null);
  const [read, setRead] = useState<UploadForm['read']>(null);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [stored, setStored] = useState<Upload | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const thread = useRef<FileThread | null>(null);
  const run = useRef<UploadRun | null>(null);
  const owner = wallet.account;
  const begun = file ? begunWith(begunAll, owner, file) : null;

  const end = (): void => {
    run.current?.stop();
    thread.current?.close();
    run.current = null;
    thread.current = null;
  };
  useEffect(() => end, []);

  const prepare = async (chosen: File, secret: Secret | null): Promise<void> => {
    end();
    setProblem(null);
    setPrepared(null);
    setProgress(null);
    setRead({ done: 0, total: chosen.size });
    setStage('preparing');
    const mine = new FileThread(chosen, secret);
    thread.current = mine;
    try {
      const { sha256, size } = await mine.digest((done, total) => thread.current === mine && setRead({ done, total }));
      if (thread.current !== mine) return;
      const ready = { name: chosen.name, sha256, size, secret };
      setPrepared(ready);
      setOrder(owner ? uploadOrder(owner, ready) : null);
      setStage('ready');
    } catch (error) {
      if (thread.current !== mine) return;
      setProblem((error as Error).message);
      setStage('choose');
    }
  };
  const begin = (chosen: File | null, nextLock: Lock, nextKey: Uint8Array<ArrayBuffer> | null): void => {
    end();
    setFile(chosen);
    setLockState(nextLock);
    setKey(nextKey);
    setStored(null);
    setPrepared(null);
    setProblem(null);
    setStage('choose');
    if (!chosen) return;
    if (chosen.size === 0) {
      setProblem(t`The file is empty.`);
      return;
    }
    const secret = secretOf(nextLock, nextKey, begunWith(begunAll, owner, chosen));
    if (secret !== undefined) void prepare(chosen, secret);
  };
  const choose = (chosen: File | null): void => {
    const old = chosen ? begunWith(begunAll, owner, chosen) : null;
    begin(chosen, old?.iv ? 'file' : lock, old?.iv ? null : key);
  };
  const chooseKey = (chosen: File | null): void => {
    if (!chosen) return;
    void chosen.slice(0, 1024).text().then((text) => {
      const next = parseKey(text);
      if (next) begin(file, 'file', next);
      else setProblem(t`This is no key of a dataset: a file with 44 characters of base64 is needed.`);
    });
  };

  const send = async (): Promise<void> => {
    const { signer } = wallet;
    const mine = thread.current;
    if (!prepared || !order || !mine || !signer) return;
    setProblem(null);
    setStage('signing');
    try {
      const signature = await signer.signMessage(order.owner, textOfOrder(order));
      setStage('sending');
      const running = uploadRun(order, signature, mine, setProgress);
      run.current = running;
      rememberBegun({ owner: owner ?? '', name: prepared.name, fileSize: file?.size ?? 0, sha256: prepared.sha256, size: prepared.size, iv: prepared.secret ? [...prepared.secret.iv] : null });
      const whole = await running.run();
      mine.close();
      forgetBegun(owner ?? '', prepared.sha256);
      setStored(whole);
      setStage('stored');
    } catch (error) {
      if (thread.current !== mine) return;
      setStage('ready');
      if (!(error instanceof Refused)) setProblem((error as Error).message);
    }
  };
  return {
    stage, file, lock, begun, prepared, order, read, progress, stored, problem, choose, chooseKey,
    setLock: (next) => begin(file, next, next === 'file' ? key : null),
    cancel: () => begin(null, lock, key),
    send: () => void send(),
    pause: () => run.current?.pause(),
    resume: () => run.current?.resume(),
  };
}
