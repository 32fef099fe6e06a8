import { RuntimoError } from '@runtimo/capabilities'

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** `512M`, `1.5G`, `1048576`: bytes, with powers of 1,024. @throws RT_USAGE */
export function parseBytes(option: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT])?i?B?$/iu.exec(text.trim()) ?? []
  const bytes = Math.round(Number(digits) * (units[unit.toUpperCase()] ?? Number.NaN))
  if (digits !== undefined && Number.isSafeInteger(bytes) && bytes > 0) return bytes
  const message = `${option}: expected a size such as 512M or 2G, got ${JSON.stringify(text.slice(0, 64))}`
  throw new RuntimoError('RT_USAGE', message, { option, got: text.slice(0, 64) })
}
