// What an app asks its users for: the part of JSON Schema that app pages may use (docs/reference/app-page.md). The market
// refuses the same schemas (bourse::client::parse_parameter_schema); here they are read again, for what comes from elsewhere.
import { t } from '@lingui/core/macro';

export type FieldType = 'string' | 'integer' | 'number' | 'boolean';
export type Value = string | number | boolean;
export type Parameter = {
  name: string;
  type: FieldType;
  title: string;
  description: string;
  standard: Value | null;
  required: boolean;
  choices: (string | number)[];
  minimum: number | null;
  maximum: number | null;
  minLength: number | null;
  maxLength: number | null;
};
/** Words that stand or fall together; `group`: a boolean alone in a word is a switch. */
export type ArgumentGroup = { words: string[]; group: boolean };
export type ParameterSchema = { title: string; description: string; fields: Parameter[]; arguments: ArgumentGroup[]; inputFiles: string[] };
export type Problem = { place: string; text: string };

export const MOST_PARAMETER_BYTES = 16_384;
const MOST_FIELDS = 64;
const MOST_DEPTH = 5;
const MOST_TITLE = 100;
const MOST_DESCRIPTION = 1_000;
const MOST_VALUE = 1_000;
const MOST_LENGTH = 8_192;
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const ROOT_WORDS = ['$schema', 'type', 'title', 'description', 'properties', 'required', 'arguments', 'inputFiles'];
const FIELD_WORDS = ['type', 'title', 'description', 'default', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength'];
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

class Wrong extends Error {
  constructor(
    readonly place: string,
    readonly text: string,
  ) {
    super(text);
  }
}
type Node = Record<string, unknown>;

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A member of its own: never one that every object has. */
const member = (node: Node, name: string): unknown => (Object.hasOwn(node, name) ? node[name] : undefined);
export const lengthOf = (text: string): number => Array.from(text).length;

/** An object that names a member twice, which `JSON.parse` hides: the text has more names than the value. */
function namesOfText(text: string): number {
  let names = 0;
  for (const found of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (found[1]) names += 1;
  return names;
}
function namesOfValue(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + namesOfValue(each), 0);
  return isNode(value) ? Object.values(value).reduce((sum: number, each) => sum + 1 + namesOfValue(each), 0) : 0;
}
/** Of brackets outside of strings: known before anything walks through the value. */
function depthOfText(text: string): number {
  let depth = 0;
  let most = 0;
  for (const [bracket] of text.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    most = Math.max(most, depth);
  }
  return most;
}

function readText(node: Node, name: string, place: string, most: number): string {
  const value = member(node, name);
  if (value === undefined) return '';
  if (typeof value !== 'string') throw new Wrong(`${place}.${name}`, t`must be a text.`);
  if (bytes(value) > most) throw new Wrong(`${place}.${name}`, t`must be at most ${most} bytes.`);
  if (CONTROL.test(value)) throw new Wrong(`${place}.${name}`, t`must be without control characters.`);
  return value;
}

function onlyWords(node: Node, place: string, known: string[]): void {
  const other = Object.keys(node).find((key) => !known.includes(key));
  if (other !== undefined) throw new Wrong(place, t`has the keyword “${{ word: other.slice(0, 40) }}”, which is not known here. Known are ${{ words: known.join(', ') }}.`);
}

function readBound(node: Node, name: string, place: string, type: FieldType): number | null {
  const value = member(node, name);
  if (value === undefined) return null;
  if (type !== 'integer' && type !== 'number') throw new Wrong(`${place}.${name}`, t`is for numbers only.`);
  if (typeof value !== 'number' || (type === 'integer' && !Number.isSafeInteger(value))) throw new Wrong(`${place}.${name}`, type === 'integer' ? t`must be a whole number.` : t`must be a number.`);
  return value;
}

function readLength(node: Node, name: string, place: string, type: FieldType): number | null {
  const value = member(node, name);
  if (value === undefined) return null;
  if (type !== 'string') throw new Wrong(`${place}.${name}`, t`is for texts only.`);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > MOST_LENGTH) throw new Wrong(`${place}.${name}`, t`must be a whole number from 0 to ${MOST_LENGTH}.`);
  return value;
}

function checkValue(value: unknown, field: Parameter, place: string): Value {
  if (field.type === 'string') {
    if (typeof value !== 'string') throw new Wrong(place, t`must be a text.`);
    if (bytes(value) > MOST_VALUE || CONTROL.test(value)) throw new Wrong(place, t`must be at most ${MOST_VALUE} bytes, without control characters.`);
    if (lengthOf(value) < (field.minLength ?? 0) || lengthOf(value) > (field.maxLength ?? MOST_LENGTH)) throw new Wrong(place, t`must be as long as minLength and maxLength say.`);
  } else if (field.type === 'boolean') {
    if (typeof value !== 'boolean') throw new Wrong(place, t`must be true or false.`);
  } else {
    if (typeof value !== 'number' || (field.type === 'integer' && !Number.isSafeInteger(value))) throw new Wrong(place, field.type === 'integer' ? t`must be a whole number.` : t`must be a number.`);
    if (value < (field.minimum ?? -Infinity) || value > (field.maximum ?? Infinity)) throw new Wrong(place, t`must be between minimum and maximum.`);
  }
  if (field.choices.length > 0 && !field.choices.includes(value as string)) throw new Wrong(place, t`must be one of enum.`);
  return value as Value;
}

function readChoices(node: Node, field: Parameter, place: string): (string | number)[] {
  const value = member(node, 'enum');
  if (value === undefined) return [];
  if (field.type === 'boolean') throw new Wrong(`${place}.enum`, t`is not for booleans.`);
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_FIELDS) throw new Wrong(`${place}.enum`, t`must be a list of 1 to ${MOST_FIELDS} values.`);
  return value.map((each: unknown, at) => {
    const choice = checkValue(each, field, `${place}.enum.${at}`) as string | number;
    if (choice === '') throw new Wrong(`${place}.enum.${at}`, t`must not be empty.`);
    if (value.indexOf(each) !== at) throw new Wrong(`${place}.enum.${at}`, t`stands there twice.`);
    return choice;
  });
}

function readField(name: string, node: unknown): Parameter {
  if (!NAME.test(name)) throw new Wrong('parameters.properties', t`has a name that is none: a letter, then letters, digits, _ and -, at most 64 in all.`);
  const place = `parameters.properties.${name}`;
  if (!isNode(node)) throw new Wrong(place, t`must be an object.`);
  onlyWords(node, place, FIELD_WORDS);
  const type = member(node, 'type');
  if (type !== 'string' && type !== 'integer' && type !== 'number' && type !== 'boolean') throw new Wrong(`${place}.type`, t`must be string, integer, number or boolean.`);
  const field: Parameter = {
    name,
    type,
    title: readText(node, 'title', place, MOST_TITLE) || name,
    description: readText(node, 'description', place, MOST_DESCRIPTION),
    standard: null,
    required: false,
    choices: [],
    minimum: readBound(node, 'minimum', place, type),
    maximum: readBound(node, 'maximum', place, type),
    minLength: readLength(node, 'minLength', place, type),
    maxLength: readLength(node, 'maxLength', place, type),
  };
  if ((field.minimum ?? -Infinity) > (field.maximum ?? Infinity)) throw new Wrong(`${place}.minimum`, t`must be at most maximum.`);
  if ((field.minLength ?? 0) > (field.maxLength ?? MOST_LENGTH)) throw new Wrong(`${place}.minLength`, t`must be at most maxLength.`);
  field.choices = readChoices(node, field, place);
  if (Object.hasOwn(node, 'default')) field.standard = checkValue(node.default, field, `${place}.default`);
  return field;
}

/** Parts of a word: texts and names of fields. Braces around something that is no name are text. */
export type WordPart = { text: string } | { field: string };
export function partsOfWord(word: string): WordPart[] {
  const parts: WordPart[] = [];
  let from = 0;
  for (const found of word.matchAll(/\{([A-Za-z][A-Za-z0-9_-]{0,63})\}/g)) {
    if (found.index > from) parts.push({ text: word.slice(from, found.index) });
    parts.push({ field: found[1]! });
    from = found.index + found[0].length;
  }
  if (from < word.length) parts.push({ text: word.slice(from) });
  return parts;
}

/** Each field has one place. */
class Uses {
  private readonly used = new Set<string>();
  constructor(private readonly fields: Parameter[]) {}
  use(name: string, place: string): Parameter {
    const field = this.fields.find((each) => each.name === name);
    if (!field) throw new Wrong(place, t`names “${{ name: name.slice(0, 64) }}”, which is not in properties.`);
    if (this.used.has(name)) throw new Wrong(place, t`names “${name}” again: each field has one place.`);
    this.used.add(name);
    return field;
  }
  checkAll(): void {
    const idle = this.fields.find((each) => !this.used.has(each.name));
    if (idle) throw new Wrong(`parameters.properties.${idle.name}`, t`has no place: its name in braces belongs into arguments, or the field into inputFiles.`);
  }
}

function readWord(word: unknown, place: string, uses: Uses): { fields: number; isSwitch: boolean } {
  if (typeof word !== 'string') throw new Wrong(place, t`must be a text.`);
  if (bytes(word) > MOST_VALUE || CONTROL.test(word)) throw new Wrong(place, t`must be at most ${MOST_VALUE} bytes, without control characters.`);
  const parts = partsOfWord(word);
  const types = parts.map((part) => ('field' in part ? uses.use(part.field, place).type : null));
  if (types.some((type, at) => type !== null && at > 0 && types[at - 1] !== null)) throw new Wrong(place, t`has two fields side by side: put a text between them.`);
  return { fields: types.filter((type) => type !== null).length, isSwitch: types.length === 1 && types[0] === 'boolean' };
}

function readGroup(node: unknown, place: string, uses: Uses): ArgumentGroup {
  if (typeof node === 'string') {
    readWord(node, place, uses);
    return { words: [node], group: false };
  }
  if (!Array.isArray(node) || node.length === 0 || node.length > 16) throw new Wrong(place, t`must be a word, or a list of 1 to 16 words that stand or fall together.`);
  const facts = node.map((word: unknown, at) => readWord(word, `${place}.${at}`, uses));
  if (facts.every((each) => each.fields === 0)) throw new Wrong(place, t`names no field: words that are always there stand outside of a list.`);
  if (facts.every((each) => each.isSwitch)) throw new Wrong(place, t`is a switch without the word that it switches.`);
  return { words: node as string[], group: true };
}

function readPlaces(node: Node, schema: ParameterSchema): void {
  const uses = new Uses(schema.fields);
  const given = member(node, 'arguments') ?? [];
  if (!Array.isArray(given) || given.length > 128) throw new Wrong('parameters.arguments', t`must be a list of at most 128.`);
  schema.arguments = given.map((each: unknown, at) => readGroup(each, `parameters.arguments.${at}`, uses));
  const files = member(node, 'inputFiles') ?? [];
  if (!Array.isArray(files)) throw new Wrong('parameters.inputFiles', t`must be a list of names of fields.`);
  schema.inputFiles = files.map((name: unknown, at) => {
    const place = `parameters.inputFiles.${at}`;
    if (typeof name !== 'string') throw new Wrong(place, t`must be the name of a field.`);
    if (uses.use(name, place).type !== 'string') throw new Wrong(place, t`must be a field of type string: it holds a URL.`);
    return name;
  });
  uses.checkAll();
}

function readRequired(node: Node, fields: Parameter[]): void {
  const given = member(node, 'required') ?? [];
  if (!Array.isArray(given)) throw new Wrong('parameters.required', t`must be a list of names of fields.`);
  given.forEach((name: unknown, at) => {
    const field = fields.find((each) => each.name === name);
    if (!field) throw new Wrong(`parameters.required.${at}`, t`must be the name of a field.`);
    if (field.required) throw new Wrong(`parameters.required.${at}`, t`stands there twice.`);
    field.required = true;
  });
}

function parsed(text: string): Node {
  if (depthOfText(text) > MOST_DEPTH) throw new Wrong('parameters', t`nests too deeply.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Wrong('parameters', t`must be a JSON object: ${{ cause: (error as Error).message }}`);
  }
  if (!isNode(value)) throw new Wrong('parameters', t`must be a JSON object.`);
  if (namesOfText(text) !== namesOfValue(value)) throw new Wrong('parameters', t`has a member twice in one object.`);
  if (hasInfinity(value)) throw new Wrong('parameters', t`has a number that is too large.`);
  return value;
}
const hasInfinity = (value: unknown): boolean => (typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'object' && value !== null && Object.values(value).some(hasInfinity));

/** The schema, or where it is wrong: `parameters.properties.width.minimum` and a sentence that follows it. */
export function readParameters(text: string): { schema: ParameterSchema; problem: null } | { schema: null; problem: Problem } {
  try {
    if (bytes(text) > MOST_PARAMETER_BYTES) throw new Wrong('parameters', t`must be at most 16 KiB.`);
    const node = parsed(text);
    onlyWords(node, 'parameters', ROOT_WORDS);
    const dialect = readText(node, '$schema', 'parameters', MOST_TITLE);
    if (dialect && dialect !== DIALECT) throw new Wrong('parameters.$schema', t`must be ${DIALECT}.`);
    if (member(node, 'type') !== 'object') throw new Wrong('parameters.type', t`must be "object".`);
    const properties = member(node, 'properties');
    const names = isNode(properties) ? Object.keys(properties) : [];
    const schema: ParameterSchema = { title: readText(node, 'title', 'parameters', MOST_TITLE), description: readText(node, 'description', 'parameters', MOST_DESCRIPTION), fields: [], arguments: [], inputFiles: [] };
    if (!isNode(properties) || names.length === 0 || names.length > MOST_FIELDS) throw new Wrong('parameters.properties', t`must be an object of 1 to ${MOST_FIELDS} fields.`);
    schema.fields = names.map((name) => readField(name, properties[name]));
    readRequired(node, schema.fields);
    readPlaces(node, schema);
    return { schema, problem: null };
  } catch (error) {
    if (error instanceof Wrong) return { schema: null, problem: { place: error.place, text: error.text } };
    throw error;
  }
}
