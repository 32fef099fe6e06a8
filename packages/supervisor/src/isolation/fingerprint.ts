import { statSync } from 'node:fs'
import type { BoundarySpec } from './boundary-spec.ts'

/** Which files and directories are mounted: one that was exchanged is another. */
export function fingerprint({ plan }: BoundarySpec): string {
  return plan.launch.mounts
    .map(({ source }) => {
      const stat = statSync(source, { throwIfNoEntry: false })
      return stat === undefined ? '-' : `${stat.dev}:${stat.ino}`
    })
    .join()
}
