import { styleText } from 'node:util';

/** How to make words stand out; without colour they stay as they are. */
export interface Style {
  readonly colour: boolean;
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
}

export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const colour = stream.isTTY === true && !process.env['NO_COLOR'];
  const paint = (format: 'bold' | 'green' | 'red' | 'dim') => (text: string) =>
    colour ? styleText(format, text) : text;
  return { colour, strong: paint('bold'), good: paint('green'), bad: paint('red'), faint: paint('dim') };
}
