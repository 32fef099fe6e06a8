import { procPath, type ProcReader } from '../processes/proc-reader.ts'
import type { Member } from './member.ts'

const maxReads = 2000

/**
 * Resident memory of all members together, each shared page counted once: the kernel's proportional share (PSS).
 * Of whom that cannot be read, all that is resident. The kernel walks every page: ask seldom.
 */
export function sumPss(members: readonly Member[], reader: ProcReader, root: string): number {
  const largestFirst = members.toSorted((a, b) => b.rssBytes - a.rssBytes)
  return largestFirst.reduce((sum, { pid, rssBytes }, index) => {
    const pss = index < maxReads ? readPss(pid, reader, root) : undefined
    return sum + (pss ?? rssBytes)
  }, 0)
}

function readPss(pid: number, reader: ProcReader, root: string): number | undefined {
  const text = reader.read(`${procPath(root, pid)}/smaps_rollup`) ?? ''
  const kilobytes = /^Pss: +(\d+) kB$/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
