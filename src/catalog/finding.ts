/** Where something stands in a configuration file: member names and list positions from the top. */
export type FilePath = readonly (string | number)[];

export interface Position {
  /** From 1; 0 where a whole file or folder is meant. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count; 0 with line 0. */
  readonly column: number;
}

/** One thing to say about a configuration file, in words that need no programmer. */
export interface Finding extends Position {
  /** An error keeps the file from being used, or its campaign from doing what it says; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** Relative to the configuration folder, such as `campaigns/trail-shoes.json`. */
  readonly file: string;
  /** Such as `lineItems[0].bid.amount`; empty when the whole file is meant. */
  readonly path: string;
  /** A whole sentence without its end mark: what is wrong and what to do. */
  readonly message: string;
  /** The value as it stands in the file, shortened; undefined when nothing stands there. */
  readonly found?: string;
  readonly expected?: string;
  /** The word or value that was probably meant. */
  readonly hint?: string;
  /** What runs in place of the file, such as `the version of 2026-11-20 10:15 UTC keeps running`. */
  readonly consequence?: string;
}

/** Something about a whole file or folder. */
export function wholeFileFinding(
  file: string,
  message: string,
  severity: Finding['severity'] = 'error',
): Finding {
  return { severity, file, line: 0, column: 0, path: '', message };
}

/** `['lineItems', 0, 'bid']` as `lineItems[0].bid`; names that are not plain words are quoted: `hours["mon-fri"]`. */
export function pathText(path: FilePath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!/^[A-Za-z_$][\w$]*$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

const RED = '\u001b[31m';
const YELLOW = '\u001b[33m';
const BOLD = '\u001b[1m';
const PLAIN = '\u001b[0m';

/** One finding as one line of a terminal or a log. */
export function formatFinding(finding: Finding, { colour }: { readonly colour: boolean }): string {
  const { file, line, column } = finding;
  const where = line === 0 ? file : `${file} line ${line}, column ${column}`;
  const told =
    finding.consequence === undefined ? finding.message : `${finding.message}; ${finding.consequence}`;
  if (!colour) return `${finding.severity}: ${where}: ${told}`;
  const tint = finding.severity === 'error' ? RED : YELLOW;
  return `${tint}${finding.severity}${PLAIN}: ${BOLD}${where}${PLAIN}: ${told}`;
}
