import { isUtf8 } from 'node:buffer';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { parse, type ElementNode, type MemberNode, type ValueNode } from '@humanwhocodes/momoa';
import type { FilePath, Position } from './finding.js';
import { scanJson } from './json-scan.js';
import { explainSyntax } from './json-syntax.js';

/** Long lists of domains fit; a file that does not was hardly written by hand. */
export const FILE_BYTES_MAX = 1_048_576;

/** A configuration file that is sound JSON, with a way back from its values to its lines. */
export interface JsonFile {
  readonly text: () => string;
  /** Where the value at `path` stands, or the nearest thing around it that does stand in the file. */
  readonly locate: (path: FilePath) => SourcePlace;
}

/** What was read of it. Of a file that is put to use only what `packed` gives is kept: the value takes as much memory as all that is made of it. */
export interface ParsedJson extends JsonFile {
  readonly value: unknown;
}

interface SourcePlace extends Position {
  /** `path` as far as it exists in the file. */
  readonly path: FilePath;
  /** Where the value's name stands; the value itself when it has none. */
  readonly name: Position;
  /** The value as written there. */
  readonly source: string;
}

/** Why a file is no JSON that we read, as a sentence that follows the file's name and place. */
export interface SyntaxFault extends Position {
  readonly path: FilePath;
  readonly message: string;
}

/** @param bytes the file's content, at most FILE_BYTES_MAX */
export function readJson(bytes: Uint8Array): ParsedJson | SyntaxFault {
  const parsed = parseText(bytes);
  if ('message' in parsed) return parsed;
  const { text, value } = parsed;
  const fault = scanJson(text);
  if (fault) return { ...positionAt(text, fault.offset), path: fault.path, message: fault.message };
  return { ...fileOf(() => text), value };
}

/** The same file in little memory. Many are in use, and their texts are wanted only where there is something to say about them. */
export function packed({ text }: JsonFile): JsonFile {
  // A copy, since what comes of compressing is the beginning of a longer buffer.
  const bytes = new Uint8Array(deflateRawSync(text(), { level: constants.Z_BEST_SPEED }));
  return fileOf(() => inflateRawSync(bytes).toString());
}

/** @returns where and why the bytes stop being JSON in UTF-8, undefined when they are */
export function syntaxFaultOf(bytes: Uint8Array): SyntaxFault | undefined {
  const parsed = parseText(bytes);
  return 'message' in parsed ? parsed : undefined;
}

function parseText(bytes: Uint8Array): { readonly text: string; readonly value: unknown } | SyntaxFault {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return atStart('the file is saved as UTF-16; save it as UTF-8');
  }
  if (!isUtf8(bytes)) return atStart('the file holds characters that are not UTF-8; save it as UTF-8');
  // The decoder drops a byte order mark, which some editors write in front.
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return atStart('the file is empty');
  try {
    return { text, value: JSON.parse(text) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { offset, message } = explainSyntax(text, error);
    return { ...positionAt(text, offset), path: [], message };
  }
}

export function isSyntaxFault(read: ParsedJson | SyntaxFault): read is SyntaxFault {
  return 'message' in read;
}

/** @param offset in UTF-16 units from 0 */
function positionAt(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++;
    lineStart = i + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

function atStart(message: string): SyntaxFault {
  return { line: 1, column: 1, path: [], message };
}

interface PlacedText {
  readonly text: string;
  readonly root: ValueNode;
}

/** Positions are wanted only of files with something to say about. So the tree that knows them is built on first use, and may be forgotten. */
function fileOf(text: () => string): JsonFile {
  let known: WeakRef<PlacedText> | undefined;
  const placed = (): PlacedText => {
    const whole = text();
    return { text: whole, root: parse(whole, { mode: 'json', ranges: true }).body };
  };
  return {
    text,
    locate: (path) => {
      let file = known?.deref();
      if (!file) {
        file = placed();
        known = new WeakRef(file);
      }
      return locate(file, path);
    },
  };
}

/** Other names under which a file may give what the domain calls `anyOf` and `noneOf`. */
const ALIASES = new Map<string | number, string>([
  ['anyOf', 'include'],
  ['noneOf', 'exclude'],
]);

function locate({ text, root }: PlacedText, path: FilePath): SourcePlace {
  let node = root;
  let name = root.loc.start;
  const walked: (string | number)[] = [];
  for (const asked of path) {
    const part = nameInFile(node, asked);
    const child = childOf(node, part);
    // A plain list is short for `anyOf`: `segments.anyOf[0]` then stands at `segments[0]`.
    if (!child && part === 'anyOf' && node.type === 'Array') continue;
    if (!child) break;
    node = child.value;
    name = child.loc.start;
    walked.push(part);
  }
  const [start, end] = node.range ?? [0, text.length];
  const { line, column } = node.loc.start;
  return {
    line,
    column,
    path: walked,
    name: { line: name.line, column: name.column },
    source: text.slice(start, end),
  };
}

function nameInFile(node: ValueNode, asked: string | number): string | number {
  const alias = ALIASES.get(asked);
  return alias !== undefined && !childOf(node, asked) && childOf(node, alias) ? alias : asked;
}

function childOf(node: ValueNode, part: string | number): MemberNode | ElementNode | undefined {
  if (node.type === 'Array' && typeof part === 'number') return node.elements[part];
  if (node.type !== 'Object') return undefined;
  return node.members.find((member) => member.name.type === 'String' && member.name.value === part);
}
