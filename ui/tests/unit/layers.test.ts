// The folders of src are layers: a file imports from its own and from lower ones (README.md).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCES = new URL('../../src/', import.meta.url).pathname;
const LAYERS = ['texts', 'transport', 'model', 'signer', 'state', 'view', 'pages'];
const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

const folderOf = (path: string): number => LAYERS.indexOf(path.split('/')[0] ?? '');

function upward(path: string, text: string): string[] {
  return [...text.matchAll(IMPORT)]
    .map(([, target]) => normalize(join(dirname(path), target ?? '')))
    .filter((target) => folderOf(target) > folderOf(path))
    .map((target) => `${path} imports ${target}`);
}

describe('layers of the source', () => {
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(SOURCES, join(entry.parentPath, entry.name)))
    .filter((path) => folderOf(path) >= 0);

  it('imports go down', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((path) => upward(path, readFileSync(SOURCES + path, 'utf8')))).toEqual([]);
  });
  it('sees an import that goes up, also a lazy one and a type', () => {
    expect(upward('model/a.ts', "import { b } from '../view/b';")).toEqual(['model/a.ts imports view/b']);
    expect(upward('transport/a.ts', "const b = () => import('../state/b');\nimport type { C } from './c';")).toEqual(['transport/a.ts imports state/b']);
  });
});
