import { fixtureTree } from '../telemetry/fixture-tree.ts'
import type { ProcessIdentity } from '../processes/index.ts'

/** For tests: one process of a made /proc. Its start time is ten times its pid. */
export interface FakeProcess {
  readonly pid: number
  readonly ppid?: number
  readonly comm?: string
  readonly threads?: number
  readonly rssPages?: number
  /** Clock ticks: its own, and those of children that it waited for. */
  readonly ticks?: number
  readonly waitedTicks?: number
  /** Undefined: the file cannot be read. */
  readonly written?: number
  /** Proportional share, in kB. */
  readonly pssKb?: number
}

/** For tests: a /proc of our own making, removed when disposed of. */
export interface FakeProc extends Disposable {
  readonly root: string
  /** All others are gone then. */
  set(...processes: readonly FakeProcess[]): void
  /** Who is there. */
  members(): readonly ProcessIdentity[]
}

export function fakeProc(): FakeProc {
  const tree = fixtureTree()
  let present: readonly FakeProcess[] = []
  const clear = ({ pid }: FakeProcess): void => {
    for (const file of ['stat', 'io', 'smaps_rollup']) tree.write(`/proc/${pid}/${file}`, '')
  }
  return {
    root: tree.root,
    set: (...processes) => {
      present.forEach(clear)
      present = processes
      for (const one of processes) {
        tree.write(`/proc/${one.pid}/stat`, statOf(one))
        if (one.written !== undefined) tree.write(`/proc/${one.pid}/io`, ioOf(one.written))
        if (one.pssKb !== undefined) {
          tree.write(`/proc/${one.pid}/smaps_rollup`, `header\nPss:    ${one.pssKb} kB\n`)
        }
      }
    },
    members: () => present.map(({ pid }) => ({ pid, startTime: pid * 10 })),
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  }
}

function statOf(one: FakeProcess): string {
  const { pid, ppid = 1, comm = 'x', threads = 1, rssPages = 0, ticks = 0, waitedTicks = 0 } = one
  return `${pid} (${comm}) S ${ppid} 1 1 0 -1 0 0 0 0 0 ${ticks} 0 ${waitedTicks} 0 20 0 ${threads} 0 ${pid * 10} 1 ${rssPages} 0`
}

function ioOf(written: number): string {
  return `rchar: 1\nwchar: 1\nsyscr: 1\nsyscw: 1\nread_bytes: 0\nwrite_bytes: ${written}\ncancelled_write_bytes: 0\n`
}
