import { globSync, rmdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { siege, control, isRoot, judge } from '../support/attack.ts'
import { attempt, succeeded, unconfined } from '../support/shell.ts'

const groupsMade = (): string[] => globSync('/sys/fs/cgroup/*/attack-*')
/** Each makes a group, leaves that of its process, or raises its ceiling (F22); of no other group than its own. */
const acts = {
  make: 'for d in pids unified .; do mkdir /sys/fs/cgroup/$d/attack-$$ && exit 0; done; exit 1',
  leave: 'for d in pids unified .; do echo 0 >/sys/fs/cgroup/$d/cgroup.procs && exit 0; done; exit 1',
  raise: `for line in $(grep -E ':pids:|^0:' /proc/self/cgroup); do
  for d in pids unified .; do echo max >/sys/fs/cgroup/$d\${line##*:}/pids.max && exit 0; done
done; exit 1`,
  mount: 'mkdir g && mount -t cgroup2 none g',
}

/** Root has the groups of the machine; whoever has none delegated makes none without us either. */
async function useGroups(): Promise<void> {
  const { make, leave, raise } = acts
  const within = `echo 0 >$(ls -d /sys/fs/cgroup/*/attack-* | head -1)/cgroup.procs && (${raise})`
  const names = await unconfined({ make, raise: within, leave })
  for (const path of groupsMade()) rmdirSync(path)
  expect(names).toEqual(isRoot ? ['make', 'raise', 'leave'] : [])
}
const groupsObey = control(
  'without us, root makes a control group, raises its ceiling, and leaves it',
  useGroups,
)

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  test('control groups cannot be written, left or made (F22)', async () => {
    await groupsObey()
    const supervisor = siege()
    const before = groupsMade()
    const twin = { twin: 'cat /proc/self/cgroup' }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(groupsMade()).toEqual(before),
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
  })
})
