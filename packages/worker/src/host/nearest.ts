import { closest, distance } from 'fastest-levenshtein'

/** The known name that is probably meant, if one is near enough. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > 128) return undefined
  const found = closest(
    name.toLowerCase(),
    known.map((candidate) => candidate.toLowerCase()),
  )
  const original = known.find((candidate) => candidate.toLowerCase() === found)
  return distance(name.toLowerCase(), found) <= Math.max(2, Math.ceil(name.length / 3)) ? original : undefined
}
