import fs from 'node:fs'
import { join } from 'node:path'

/** The pids of all processes that we may see; none where there is no /proc. */
export function listPids(root: string): number[] {
  try {
    return fs
      .readdirSync(join(root, 'proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}
