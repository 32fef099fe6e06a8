import { RuntimoError } from '@runtimo/capabilities'

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `10m`, `2h`, `3d` ago, or a date such as 2026-11-24 or 2026-11-24T15:04:05Z: Unix seconds. @throws RT_USAGE */
export function parseTime(flag: string, text: string, now: number = Date.now()): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([smhdw])$/u.exec(text.trim()) ?? []
  const ago = Number(count) * (seconds[unit] ?? Number.NaN)
  if (count !== undefined && Number.isFinite(ago)) return now / 1000 - ago
  const isDate = /^\d{4}-\d{2}/u.test(text)
  const time = isDate ? Date.parse(text) / 1000 : Number.NaN
  if (Number.isFinite(time)) return time
  const expected = 'an ISO date, or how long ago: 30s, 10m, 2h, 3d'
  const got = text.slice(0, 64)
  throw new RuntimoError('RT_USAGE', `${flag}: expected ${expected}, got ${JSON.stringify(got)}`, {
    expected,
    got,
  })
}

/** `2026-11-24T15:04:05Z`; the number itself when it is no time. */
export function showTime(ts: number): string {
  const time = new Date(ts * 1000)
  return Number.isNaN(time.getTime()) ? String(ts) : time.toISOString().replace('.000Z', 'Z')
}
