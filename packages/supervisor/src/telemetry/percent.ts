/** `part` of `whole` in percent, within 0..100, to two decimals; undefined when there is no whole. */
export function percentOf(part: number, whole: number): number | undefined {
  if (!(whole > 0) || Number.isNaN(part)) return undefined
  return Math.round(Math.min(100, Math.max(0, (part / whole) * 100)) * 100) / 100
}
