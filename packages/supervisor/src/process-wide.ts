import { isMainThread } from 'node:worker_threads'
import { onExit } from './linux/exit-hooks.ts'
import { setSubreaper } from './linux/subreaper.ts'
import { reapOrphans } from './termination/orphans.ts'

/** What a supervisor does for its jobs when called upon by the process as a whole. */
export interface Guardian {
  /** Kills without waiting: the process ends. */
  abandon(): void
  /** For each running job its processes by name: they may be reaped when they have ended. */
  jobs(): readonly (readonly string[])[]
}

const reapMs = 100

// What a process has only once, however many supervisors are in it: that it is a subreaper. In force while
// there is at least one of them.
const guardians = new Set<Guardian>()
let timer: NodeJS.Timeout | undefined
let exitHook: Disposable | undefined

export function enlist(guardian: Guardian): Disposable {
  if (guardians.size === 0) {
    setSubreaper(true)
    exitHook = onExit(abandonAll)
    timer = setInterval(reapAll, reapMs).unref()
  }
  guardians.add(guardian)
  return { [Symbol.dispose]: () => dismiss(guardian) }
}

function dismiss(guardian: Guardian): void {
  guardians.delete(guardian)
  if (guardians.size > 0) return
  clearInterval(timer)
  exitHook?.[Symbol.dispose]()
  // The setting is the whole process's: other threads may have jobs.
  if (isMainThread) setSubreaper(false)
  reapOrphans(new Set())
}

function abandonAll(): void {
  for (const guardian of guardians) guardian.abandon()
}

function reapAll(): void {
  const jobs = [...guardians].flatMap((guardian) => guardian.jobs())
  if (jobs.length > 0) reapOrphans(new Set(jobs.flat()))
}
