/** The code of an error, such as `ENOENT`; empty for one that has none. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errnoOf(error))
}
