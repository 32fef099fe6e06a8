import { setSubreaper } from '../../packages/supervisor/src/linux/subreaper.ts'
import { reapOrphans } from '../../packages/supervisor/src/termination/orphans.ts'

// Tests kill daemons by the hundred. Where process 1 reaps slowly they would stay as zombies, and the guard on
// zombies would refuse the jobs of other tests: so each test process takes its orphans in and reaps them.
const key = Symbol.for('runtimo.test.subreaper')
if (!Reflect.has(globalThis, key)) {
  Reflect.set(globalThis, key, true)
  setInterval(() => {
    setSubreaper(true)
    reapOrphans(new Set())
  }, 50).unref()
}
