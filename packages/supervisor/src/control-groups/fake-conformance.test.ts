import { onTestFinished } from 'vitest'
import { testControlGroups } from './conformance-fixture.ts'
import type { ControlGroups } from './control-groups.ts'
import { FakeMachine, layouts } from './fake-machine-fixture.ts'

for (const kind of ['unified', 'hybrid', 'v1'] as const) testControlGroups(kind, () => open(kind))

async function open(kind: keyof typeof layouts): Promise<ControlGroups> {
  const machine = new FakeMachine(layouts[kind])
  onTestFinished(() => machine[Symbol.dispose]())
  machine.delegated.add(machine.at('/sys/fs/cgroup/us.service'))
  return machine.open()
}
