import { promisify } from 'node:util'
import { type ProcessIdentity, readStat } from '../processes/index.ts'

/** The tree below a process as `ps` tells it, the process included; empty when it is gone or there is no `ps`. */
export async function listTree(root: ProcessIdentity): Promise<readonly ProcessIdentity[]> {
  if (!isSame(root)) return []
  const { pidtree } = await import('pidtree')
  const pids = await pidtree(root.pid, { root: true }).catch(() => [])
  return pids
    .map((pid) => readStat(pid))
    .filter((stat) => stat !== undefined)
    .filter((stat) => stat.startTime >= root.startTime)
}

/** Kills the tree below a process with `ps`. Asks for the list first: without `ps`, tree-kill throws at nobody. */
export async function killTree(root: ProcessIdentity): Promise<void> {
  if ((await listTree(root)).length === 0) return
  const { default: treeKill } = await import('tree-kill')
  const kill = promisify((pid: number, done: (error?: Error) => void) => treeKill(pid, 'SIGKILL', done))
  await kill(root.pid).catch(() => undefined)
}

function isSame(root: ProcessIdentity): boolean {
  return readStat(root.pid)?.startTime === root.startTime
}
