/** An object of the list, with the line that it begins in. */
export interface SplitObject {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const OBJECT_CHARACTERS_MAX = 65_536;
const NAME_CHARACTERS_MAX = 256;
/** Where the parts stand: the root object, the list in it, and the objects of the list. */
const IN_ROOT = 1;
const IN_LIST = 2;
const IN_OBJECT = 3;

/**
 * Cuts the objects out of one list of a JSON object that comes piece by piece, so that each can be parsed by itself:
 * `{"sellers": [{…}, {…}]}`. It counts braces and brackets outside of texts and leaves everything else to the parser.
 */
export class JsonListSplitter {
  readonly #name: string;
  #depth = 0;
  #line = 1;
  #inText = false;
  #isEscaped = false;
  /** The last text that stood right in the root object; a list that follows has this name. */
  #lastText = '';
  #isListFound = false;
  #isInList = false;
  #object = '';
  #objectLine = 0;
  #fault: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** @returns the objects that end in this piece */
  push(piece: string): SplitObject[] {
    const objects: SplitObject[] = [];
    // What of the piece belongs to the object that is open.
    let from = 0;
    for (let i = 0; i < piece.length && this.#fault === undefined; i++) {
      const character = piece.charAt(i);
      if (character === '\n') this.#line++;
      if (this.#inText) {
        this.#readText(character);
      } else if (this.#depth === 0 && character !== '{' && character.trim() !== '') {
        this.#fault = `line ${this.#line} begins with ${JSON.stringify(character)} where "{" belongs`;
      } else if (character === '"') {
        this.#inText = true;
        if (this.#depth === IN_ROOT) this.#lastText = '';
      } else if (character === '{' || character === '[') {
        this.#opened(character);
        if (this.#isInList && this.#depth === IN_OBJECT && character === '{') {
          from = i;
          this.#object = '';
          this.#objectLine = this.#line;
        }
      } else if (character === '}' || character === ']') {
        if (this.#isInList && this.#depth === IN_OBJECT && character === '}') {
          objects.push({ text: this.#object + piece.slice(from, i + 1), line: this.#objectLine });
          this.#object = '';
        }
        this.#closed();
      }
    }
    if (this.#isInList && this.#depth >= IN_OBJECT) this.#object += piece.slice(from);
    if (this.#object.length > OBJECT_CHARACTERS_MAX) {
      this.#fault = `line ${this.#objectLine} begins an entry of more than ${OBJECT_CHARACTERS_MAX} characters`;
    }
    return objects;
  }

  /** @returns why the whole is no JSON object with the list, as a sentence that follows a file's name */
  end(): string | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (this.#depth !== 0 || this.#inText) return 'the file ends before its JSON does';
    return this.#isListFound ? undefined : `there is no list "${this.#name}" in it`;
  }

  #readText(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === '\\') this.#isEscaped = true;
    else if (character === '"') this.#inText = false;
    else if (this.#depth === IN_ROOT && this.#lastText.length < NAME_CHARACTERS_MAX)
      this.#lastText += character;
  }

  #opened(character: string): void {
    this.#depth++;
    if (this.#depth !== IN_LIST || character !== '[' || this.#lastText !== this.#name) return;
    this.#isInList = true;
    this.#isListFound = true;
  }

  #closed(): void {
    this.#depth--;
    if (this.#depth < IN_LIST) this.#isInList = false;
  }
}
