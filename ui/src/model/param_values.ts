// Fields of an app's form and the work params that they stand for, in both directions. Values are texts as they are typed;
// an empty one is none.
import { plural, t } from '@lingui/core/macro';
import { joinArguments, splitArguments } from './arguments';
import { isPerTask, paramsError } from './orders';
import { lengthOf, partsOfWord, type ArgumentGroup, type Parameter, type ParameterSchema } from './parameters';
import { parseJson } from './text';

export type Values = ReadonlyMap<string, string>;

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

export const defaultsOf = (schema: ParameterSchema): Values => new Map(schema.fields.map((field) => [field.name, field.standard === null ? (field.type === 'boolean' ? 'false' : '') : String(field.standard)]));

/** What is wrong with a field's value, in words; null: nothing. */
export function problemOfValue(field: Parameter, value: string): string | null {
  const text = field.type === 'string' ? value : value.trim();
  if (text === '') return field.required ? t`Fill this in.` : null;
  if (field.type === 'boolean') return text === 'true' || text === 'false' ? null : t`This is true or false.`;
  if (field.choices.length > 0) return field.choices.some((choice) => String(choice) === text) ? null : t`Choose one of the values.`;
  return field.type === 'string' ? problemOfText(field, text) : problemOfNumber(field, text);
}

function problemOfText(field: Parameter, text: string): string | null {
  const length = lengthOf(text);
  const { minLength: least, maxLength: most } = field;
  if (CONTROL.test(text)) return t`Control characters cannot be passed on.`;
  if (least !== null && length < least) return plural(least, { one: 'This has at least # character.', other: 'This has at least # characters.' });
  if (most !== null && length > most) return plural(most, { one: 'This has at most # character.', other: 'This has at most # characters.' });
  return null;
}

function problemOfNumber(field: Parameter, text: string): string | null {
  const number = Number(text);
  const { minimum: least, maximum: most } = field;
  if (field.type === 'integer' && !(WHOLE.test(text) && Number.isSafeInteger(number))) return t`This is a whole number.`;
  if (!NUMBER.test(text) || !Number.isFinite(number)) return t`This is a number.`;
  if (least !== null && number < least) return t`This is at least ${least}.`;
  if (most !== null && number > most) return t`This is at most ${most}.`;
  return null;
}

/** A number is passed on as it is written shortest; what is wrong stays as it was typed. */
function passedOn(field: Parameter, value: string): string {
  if (field.type === 'string') return value;
  const text = value.trim();
  if (text === '' || field.type === 'boolean') return text;
  return problemOfNumber({ ...field, minimum: null, maximum: null }, text) === null ? String(Number(text)) : text;
}

type Passed = { of: (name: string) => string; isSwitch: (word: string) => boolean };

function passedOf(schema: ParameterSchema, values: Values): Passed {
  const fields = new Map(schema.fields.map((field) => [field.name, field]));
  const of = (name: string): string => passedOn(fields.get(name)!, values.get(name) ?? '');
  const isSwitch = (word: string): boolean => {
    const [part, ...more] = partsOfWord(word);
    return more.length === 0 && part !== undefined && 'field' in part && fields.get(part.field)?.type === 'boolean';
  };
  return { of, isSwitch };
}

/** Words of a group; none where a field has no value, or a switch is off. */
function wordsOfGroup(group: ArgumentGroup, passed: Passed): string[] {
  const words: string[] = [];
  for (const word of group.words) {
    const parts = partsOfWord(word).map((part) => ('field' in part ? passed.of(part.field) : part.text));
    if (parts.some((part) => part === '')) return [];
    if (group.group && passed.isSwitch(word)) {
      if (parts[0] !== 'true') return [];
    } else words.push(parts.join(''));
  }
  return words;
}

/** Work params with the form's part replaced; what else stands in them stays. */
export function paramsOfValues(schema: ParameterSchema, values: Values, before: string): string {
  const passed = passedOf(schema, values);
  const rest = { ...othersOf(schema, before) };
  const words = schema.arguments.flatMap((group) => wordsOfGroup(group, passed));
  const files = schema.inputFiles.map(passed.of).filter(Boolean);
  return JSON.stringify({ iexec_args: joinArguments(words), ...(files.length > 0 ? { iexec_input_files: files } : {}), ...rest });
}

function membersOf(text: string): Record<string, unknown> | null {
  const value = text.trim().startsWith('{') && !isPerTask(text) ? parseJson(text)?.value : null;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/** Members of the work params that the form has no field for. */
export function othersOf(schema: ParameterSchema, text: string): Record<string, unknown> {
  const { iexec_args: _, iexec_input_files: files, ...others } = membersOf(text) ?? {};
  return schema.inputFiles.length === 0 && files !== undefined ? { iexec_input_files: files, ...others } : others;
}

/** Is a word of the command line something that this field may hold? */
const fits = (field: Parameter, text: string): boolean => text !== '' && problemOfValue({ ...field, minimum: null, maximum: null, minLength: null, maxLength: null }, text) === null;

/** The values that a word was made of; null: it was not made of this one. */
function matchWord(template: string, word: string, fields: Map<string, Parameter>): [string, string][] | null {
  const parts = partsOfWord(template);
  const found: [string, string][] = [];
  let at = 0;
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index]!;
    if ('text' in part) {
      if (!word.startsWith(part.text, at)) return null;
      at += part.text.length;
      continue;
    }
    const next = parts[index + 1];
    const end = next && 'text' in next ? (index + 2 === parts.length ? word.length - next.text.length : word.indexOf(next.text, at + 1)) : word.length;
    const value = end < at ? '' : word.slice(at, end);
    if (!fits(fields.get(part.field)!, value)) return null;
    found.push([part.field, value]);
    at = end;
  }
  return at === word.length ? found : null;
}

/** Which values give these words; the first way that is found. Places that failed once are not tried again. */
function matchWords(schema: ParameterSchema, words: string[]): Map<string, string> | null {
  const fields = new Map(schema.fields.map((field) => [field.name, field]));
  const { isSwitch } = passedOf(schema, new Map());
  const failed = new Set<string>();
  const from = (index: number, at: number): [string, string][] | null => {
    const group = schema.arguments[index];
    if (!group) return at === words.length ? [] : null;
    const key = `${index} ${at}`;
    if (failed.has(key)) return null;
    const way = present(group, index, at) ?? absent(group, index, at);
    if (way === null) failed.add(key);
    return way;
  };
  const present = (group: ArgumentGroup, index: number, at: number): [string, string][] | null => {
    const found: [string, string][] = [];
    let next = at;
    for (const template of group.words) {
      if (group.group && isSwitch(template)) {
        found.push([template.slice(1, -1), 'true']);
        continue;
      }
      const word = words[next];
      const values = word === undefined ? null : matchWord(template, word, fields);
      if (values === null) return null;
      found.push(...values);
      next += 1;
    }
    const rest = from(index + 1, next);
    return rest && [...found, ...rest];
  };
  const absent = (group: ArgumentGroup, index: number, at: number): [string, string][] | null => {
    const optional = group.words.some((word) => partsOfWord(word).some((part) => 'field' in part && (group.group || fields.get(part.field)?.type !== 'boolean')));
    return optional ? from(index + 1, at) : null;
  };
  const way = from(0, 0);
  return way && new Map(way);
}

/** What the form shows for these work params, or why it cannot show them. */
export function valuesOfParams(schema: ParameterSchema, text: string): { values: Values; why: null } | { values: null; why: string } {
  const no = (why: string): { values: null; why: string } => ({ values: null, why });
  if (paramsError(text, Infinity) !== null) return no(t`they are no valid JSON`);
  if (isPerTask(text)) return no(t`each task has a command line of its own`);
  const members = membersOf(text) ?? { iexec_args: text.trim() };
  const line = members.iexec_args ?? '';
  const files = members.iexec_input_files ?? [];
  const words = typeof line === 'string' ? splitArguments(line) : null;
  if (words === null) return no(t`the command line is not whole`);
  const found = matchWords(schema, words);
  if (found === null) return no(t`the command line has words that the form does not know`);
  if (schema.inputFiles.length > 0) {
    if (!Array.isArray(files) || files.length > schema.inputFiles.length || !files.every((each) => typeof each === 'string')) return no(t`there are more input files than fields`);
    files.forEach((each: string, at) => found.set(schema.inputFiles[at]!, each));
  }
  const values = new Map(schema.fields.map((field) => [field.name, found.get(field.name) ?? (field.type === 'boolean' ? 'false' : '')]));
  // What the form would write instead must be the same: another spelling of a number, say, is the author's own.
  const again = splitArguments((JSON.parse(paramsOfValues(schema, values, text)) as { iexec_args: string }).iexec_args);
  return JSON.stringify(again) === JSON.stringify(words) ? { values, why: null } : no(t`the command line is written in a way of its own`);
}

/** In words: what a field may hold. */
export function rangeWords(field: Parameter): string | null {
  const { minimum: least, maximum: most } = field;
  if (least !== null && most !== null) return t`${least} to ${most}`;
  if (least !== null) return t`at least ${least}`;
  return most !== null ? t`at most ${most}` : null;
}

