import { RuntimoError } from '@runtimo/capabilities'

/** A number of the command line within its range. @throws RT_USAGE */
export function parseNumber(
  flag: string,
  text: string,
  range: { readonly min: number; readonly max: number },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= range.min && value <= range.max) return value
  const expected = `a number from ${range.min} to ${range.max}`
  throw new RuntimoError('RT_USAGE', `${flag}: expected ${expected}, got ${JSON.stringify(text)}`, {
    expected,
    got: text,
  })
}

/** The same for whole numbers. */
export function parseCount(flag: string, text: string, min: number = 0): number {
  const value = parseNumber(flag, text, { min, max: 1_000_000 })
  if (Number.isInteger(value)) return value
  throw new RuntimoError('RT_USAGE', `${flag}: expected a whole number, got ${text}`, {
    expected: 'a whole number',
    got: text,
  })
}
