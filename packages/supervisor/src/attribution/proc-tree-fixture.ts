import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { fixtureTree } from '../telemetry/fixture-tree.ts'

interface Made {
  readonly pid: number
  readonly ppid: number
  readonly start: number
  /** Of each thread. */
  readonly children?: readonly (readonly number[])[]
  readonly state?: string
  readonly threads?: number
  readonly pidInside?: number
}

/** For tests: a /proc of our own making. */
export interface ProcTree {
  readonly root: string
  /** Puts a process there in place of whoever has its pid. */
  readonly set: (process: Made) => void
  readonly remove: (pid: number) => void
}

export function procTree(...processes: readonly Made[]): ProcTree {
  const tree = fixtureTree()
  onTestFinished(() => tree[Symbol.dispose]())
  const remove = (pid: number): void =>
    rmSync(join(tree.root, 'proc', String(pid)), { recursive: true, force: true })
  const set = ({ pid, ppid, start, children = [[]], state = 'S', ...more }: Made): void => {
    remove(pid)
    const { threads = children.length, pidInside } = more
    const numbers = `${ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 ${threads} 0 ${start} 1 1 0`
    tree.write(`/proc/${pid}/stat`, `${pid} (p${start}) ${state} ${numbers}`)
    tree.write(`/proc/${pid}/status`, `Name:\tp\nNSpid:\t${pid}${pidInside ? `\t${pidInside}` : ''}\n`)
    children.forEach((pids, thread) =>
      tree.write(`/proc/${pid}/task/${pid + thread * 1000}/children`, pids.join(' ')),
    )
  }
  processes.forEach(set)
  return { root: tree.root, set, remove }
}
