// Texts in the build: English is compiled into the code beside each message's id, every other catalogue of src/texts
// becomes one file, `texts/TAG.json`, of compiled messages by id.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodePath, PluginObj } from '@babel/core';
import * as t from '@babel/types';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { generateMessageId } from '@lingui/message-utils/generateMessageId';
import { formatter } from '@lingui/format-po';
import type { Plugin } from 'vite';

const FOLDER = join(import.meta.dirname, '../src/texts');
const SOURCE = 'en';

export const languages = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.po') && name !== `${SOURCE}.po`)
    .map((name) => name.slice(0, -3))
    .sort();

/** Messages of a catalogue as the page reads them. */
export async function compiledCatalogue(tag: string): Promise<Record<string, unknown>> {
  const path = join(FOLDER, `${tag}.po`);
  const entries = await formatter().parse(readFileSync(path, 'utf8'), { locale: tag, sourceLocale: SOURCE, filename: path });
  const messages: Record<string, unknown> = {};
  for (const [key, { message, translation, context }] of Object.entries(entries))
    if (translation) messages[message ? generateMessageId(message, context) : key] = compileMessage(translation);
  return messages;
}

const tokens = (message: string): t.Expression => t.valueToNode(compileMessage(message));

function compileProperty(path: NodePath<t.ObjectExpression>): void {
  const named = (name: string): t.ObjectProperty | undefined =>
    path.node.properties.find((each): each is t.ObjectProperty => each.type === 'ObjectProperty' && t.isIdentifier(each.key, { name }));
  const message = named('message');
  if (message && named('id') && t.isStringLiteral(message.value)) message.value = tokens(message.value.value);
}

function compileAttribute({ node }: NodePath<t.JSXAttribute>): void {
  if (node.name.name !== 'message') return;
  const text = t.isJSXExpressionContainer(node.value) ? node.value.expression : node.value;
  if (t.isStringLiteral(text)) node.value = t.jsxExpressionContainer(tokens(text.value));
}

/** Babel plugin, after Lingui's: the messages that it leaves in the code need no compiler in the page any more. */
export function compileEnglish(): PluginObj {
  return {
    name: 'compile-english',
    visitor: {
      Program: {
        exit: (program, state) => {
          if (!state.file.code.includes('/macro')) return;
          program.traverse({ ObjectExpression: compileProperty, JSXAttribute: compileAttribute });
        },
      },
    },
  };
}

/** Vite plugin: the other languages, built and while developing. */
export function otherLanguages(): Plugin {
  return {
    name: 'other-languages',
    async generateBundle() {
      for (const tag of languages()) this.emitFile({ type: 'asset', fileName: `texts/${tag}.json`, source: JSON.stringify(await compiledCatalogue(tag)) });
    },
    configureServer(server) {
      server.middlewares.use('/texts', (request, response, next) => {
        const tag = /^\/([\w-]+)\.json/.exec(request.url ?? '')?.[1] ?? '';
        if (!languages().includes(tag)) return next();
        void compiledCatalogue(tag).then((messages) => response.setHeader('content-type', 'application/json').end(JSON.stringify(messages)), next);
      });
    },
  };
}
