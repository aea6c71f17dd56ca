/** Is it an error of Node with this code, such as `ENOENT`? */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
