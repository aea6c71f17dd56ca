/** Ends the program with exit code 2, and says what was expected, where an option is no whole number within its bounds. */
export function wholeOption(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number >= min && number <= max) return number;
  process.stderr.write(`${name} is "${text}" but must be a whole number from ${min} to ${max}\n`);
  return process.exit(2);
}
