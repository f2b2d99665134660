// A file of a result, shown without running any of it (D-02): text, a JSON tree, a grid of CSV, a picture from a blob.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import { bytes as sizeText } from '../model/format';
import { GRID_ROWS, IMAGE_BYTES, parseCsv, PREVIEW_BYTES, previewKind, type PreviewKind } from '../model/preview';
import { visible } from '../model/text';
import { readEntry, type ZipEntry } from '../model/zip';
import { Button, Chip } from './ui';
import { JsonText } from './values';

type Shown = { kind: PreviewKind; content: Uint8Array };

function Picture({ content, kind, name }: { content: Uint8Array; kind: 'png' | 'jpeg'; name: string }): ReactNode {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([content as BlobPart], { type: `image/${kind}` }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content, kind]);
  return url ? <img src={url} alt={visible(name)} style={{ maxWidth: '100%', maxHeight: 420, objectFit: 'contain', justifySelf: 'start' }} /> : null;
}

function Grid({ text }: { text: string }): ReactNode {
  const { rows, more } = parseCsv(text);
  const [head = [], ...body] = rows;
  return (
    <>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t`CSV, table`} style={{ maxHeight: 360, overflow: 'auto' }}>
        <table className="data">
          <thead><tr>{head.map((cell, at) => <th key={at} scope="col">{visible(cell)}</th>)}</tr></thead>
          <tbody>{body.map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}>{visible(cell)}</td>)}</tr>)}</tbody>
        </table>
      </div>
      {more ? <span className="small muted"><Trans>The first {GRID_ROWS} rows.</Trans></span> : null}
    </>
  );
}

function Content({ shown, entry }: { shown: Shown; entry: ZipEntry }): ReactNode {
  const { kind, content } = shown;
  if (kind === 'png' || kind === 'jpeg') return entry.size > IMAGE_BYTES ? <span className="small muted"><Trans>a picture of {sizeText(entry.size)}: too large to show</Trans></span> : <Picture content={content} kind={kind} name={entry.name} />;
  if (kind === 'binary') return <span className="small muted"><Trans>no text: {sizeText(entry.size)}</Trans></span>;
  const text = new TextDecoder().decode(content.subarray(0, PREVIEW_BYTES));
  return (
    <>
      {kind === 'json' ? <div className="command-box" style={{ maxHeight: 360 }} tabIndex={0}><JsonText text={text} /></div> : null}
      {kind === 'csv' ? <Grid text={text} /> : null}
      {kind === 'text' ? <pre className="command-box" style={{ margin: 0, maxHeight: 300 }} tabIndex={0}>{visible(text)}</pre> : null}
      {entry.size > PREVIEW_BYTES ? <span className="small muted"><Trans>The first {sizeText(PREVIEW_BYTES)} of {sizeText(entry.size)}.</Trans></span> : null}
    </>
  );
}

/** One file of the archive: its name, its size, and on demand what is in it. */
export function Preview({ file, entry }: { file: Uint8Array; entry: ZipEntry }): ReactNode {
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const show = (): void => {
    readEntry(file, entry, Math.min(IMAGE_BYTES, Math.max(PREVIEW_BYTES, entry.size))).then(
      (content) => setShown({ kind: previewKind(entry.name, content, content.length >= entry.size && entry.size <= PREVIEW_BYTES), content }),
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <li className="stack" style={{ gap: 4 }}>
      <div className="row between">
        <code>{visible(entry.name)}</code>
        <span className="row">
          {entry.leavesRoot ? <Chip tone="danger"><Trans>leaves the folder</Trans></Chip> : null}
          {entry.added ? <Chip tone="neutral" title={t`written by the worker, not by the app`}><Trans>log</Trans></Chip> : null}
          <span className="small muted num">{sizeText(entry.size)}</span>
          {entry.folder ? null : <Button look="tiny" aria-expanded={shown !== null} onClick={shown ? () => setShown(null) : show}>{shown ? t`Hide` : t`Preview`}</Button>}
        </span>
      </div>
      {problem ? <span className="small tone-danger">{problem}</span> : null}
      {shown ? <Content shown={shown} entry={entry} /> : null}
    </li>
  );
}

/** What lies in the archive, and how much of it there is. */
export function Archive({ file, entries }: { file: Uint8Array; entries: ZipEntry[] }): ReactNode {
  const files = entries.filter((entry) => !entry.folder);
  return (
    <>
      <span className="small muted">{plural(files.length, { one: '# file in the archive', other: '# files in the archive' })}</span>
      <ul className="stack" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {entries.map((entry, at) => <Preview key={`${at}.${entry.name}`} file={file} entry={entry} />)}
      </ul>
    </>
  );
}
