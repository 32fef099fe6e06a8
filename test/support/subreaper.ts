import { readChildren, readStat } from '../../packages/supervisor/src/processes/index.ts'
import { reapAdopted, setSubreaper } from '../../packages/supervisor/src/linux/subreaper.ts'

// Tests kill daemons by the hundred. Where process 1 reaps slowly they would stay as zombies, and the guard on
// zombies would refuse the jobs of other tests: so each test process takes its orphans in and reaps them. Node
// reaps its own children in the next turn of its loop: who is still a zombie after several is nobody's.
const key = Symbol.for('runtimo.test.subreaper')
const patience = 4
const seen = new Map<number, number>()

function reap(): void {
  setSubreaper(true)
  // In another of its threads it may live on, and be Node's own child.
  const zombies = readChildren(process.pid).filter((pid) => {
    const stat = readStat(pid)
    return stat?.state === 'Z' && stat.threads <= 1
  })
  for (const pid of seen.keys()) if (!zombies.includes(pid)) seen.delete(pid)
  for (const pid of zombies) {
    const times = (seen.get(pid) ?? 0) + 1
    seen.set(pid, times)
    if (times > patience) reapAdopted(pid)
  }
}

if (!Reflect.has(globalThis, key)) {
  Reflect.set(globalThis, key, true)
  setInterval(reap, 50).unref()
}
