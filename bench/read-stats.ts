import { readdirSync, readFileSync } from 'node:fs'

/** What no look at the process table can do without. */
export function readStats(): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/u.test(name)) continue
    try {
      readFileSync(`/proc/${name}/stat`, 'utf8')
    } catch {
      // It ended while we were reading.
    }
  }
}
