import { RuntimoError } from '@runtimo/capabilities'
import { expect, test } from 'vitest'
import { defaultLimits } from './defaults.ts'
import type { LimitHost } from './holder.ts'
import { planLimits } from './plan.ts'

const all = { memory: true, pids: true, cpu: true }
const grouped: LimitHost = { level: 'sandbox', groups: all, missing: [], isOwnUser: true }
const bare: LimitHost = {
  level: 'sandbox',
  groups: undefined,
  missing: [{ ability: 'cpu', cause: 'no hierarchy has cpu', cure: 'mount one' }],
  isOwnUser: true,
}
const gibibyte = 1_073_741_824

function refusalOf(plan: () => unknown): RuntimoError {
  try {
    plan()
  } catch (error) {
    if (error instanceof RuntimoError) return error
  }
  throw new Error('nothing was refused')
}

test('with control groups the kernel holds memory, processes and CPU share of the whole job', () => {
  const plan = planLimits({ memoryBytes: 1000, processes: 5, cpuShare: 0.5 }, {}, grouped)
  expect(plan.leaf).toEqual({ memoryBytes: 1000, processes: 5, cpuShare: 0.5 })
  expect(plan.held).toEqual({ memory: 1000, pids: 5, cpu: 0.5 })
  expect(plan.rlimits).toEqual({})
})

test('without control groups memory is held by looking, and the posture may not claim more', () => {
  const plan = planLimits({ memoryBytes: 1000 }, {}, bare)
  expect(plan.leaf).toEqual({})
  expect(plan.held.memory).toBeNull()
  expect(plan.watched.memoryBytes).toBe(1000)
})

test('without control groups a uid of its own lets the kernel stop a fork bomb, a little above the ceiling', () => {
  const plan = planLimits({ processes: 100 }, {}, bare)
  expect(plan.rlimits.processes).toBe(101)
  expect(plan.held.pids).toBe(101)
  expect(plan.watched.processes).toBe(100)
})

test('a uid that others use too is never given RLIMIT_NPROC: it would count their processes', () => {
  const plan = planLimits({ processes: 100 }, {}, { ...bare, level: 'process', isOwnUser: false })
  expect(plan.rlimits.processes).toBeUndefined()
  expect(plan.held.pids).toBeNull()
})

test('all that was asked for and cannot be held is refused at once, with cause and cure', () => {
  const host: LimitHost = { ...bare, level: 'thread', hasProcessIo: false }
  const asked = { cpuShare: 1, descriptors: 20, fileSizeBytes: 30, writtenBytes: 40, memoryBytes: 50 }
  const error = refusalOf(() => planLimits(asked, {}, host))
  expect(error.code).toBe('RT_POSTURE_UNAVAILABLE')
  expect(error.message).toContain('limits.cpuShare (1): no hierarchy has cpu; mount one')
  expect(error.details['missing']).toEqual([
    { field: 'limits.cpuShare', wanted: 1, cause: 'no hierarchy has cpu', cure: 'mount one' },
    expect.objectContaining({ field: 'limits.descriptors', wanted: 20 }),
    expect.objectContaining({ field: 'limits.fileSizeBytes', wanted: 30 }),
    expect.objectContaining({ field: 'limits.writtenBytes', wanted: 40 }),
  ])
})

test('a default that cannot be held is dropped, and nothing is said', () => {
  const plan = planLimits({}, { cpuShare: 1, descriptors: 20, memoryBytes: 50 }, { ...bare, level: 'thread' })
  expect(plan.limits).toEqual({ memoryBytes: 50 })
  expect(plan.rlimits).toEqual({})
})

test('what was asked for goes before the default', () => {
  const plan = planLimits({ processes: 3 }, { processes: 9, memoryBytes: 7 }, grouped)
  expect(plan.limits).toEqual({ processes: 3, memoryBytes: 7 })
})

test('CPU time is held by looking; RLIMIT_CPU is set above it, in whole seconds, for when we are gone', () => {
  const plan = planLimits({ cpuTimeMs: 1500 }, {}, grouped)
  expect(plan.rlimits.cpuSeconds).toBe(3)
  expect(plan.watched.cpuTimeMs).toBe(1500)
})

test('descriptors are watched only when somebody asked; by default the kernel alone holds them', () => {
  expect(planLimits({}, { descriptors: 9 }, grouped)).toMatchObject({
    rlimits: { descriptors: 9 },
    watched: {},
  })
  expect(planLimits({ descriptors: 9 }, {}, grouped).watched).toEqual({ descriptors: 9 })
})

test('the default of memory is half of a small machine, and never more than 4 GiB', () => {
  expect(defaultLimits({ memoryBytes: 2 * gibibyte }).memoryBytes).toBe(gibibyte)
  expect(defaultLimits({ memoryBytes: 512 * gibibyte }).memoryBytes).toBe(4 * gibibyte)
})
