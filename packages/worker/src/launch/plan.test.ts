import { describe, expect, test } from 'vitest'
import { madeUpJob, madeUpPolicy, madeUpTrusted } from './policy-fixture.ts'
import { LaunchPlan } from './plan.ts'
import type { LaunchPolicy } from './policy.ts'
import { userNamespaceTape } from './user-namespace-tape.ts'

function linesOf(policy: LaunchPolicy): string[] {
  const plan = new LaunchPlan(policy)
  return [plan.base, plan.job(madeUpJob('process'))].flatMap((tape) => tape.toString().split('\n'))
}

describe('the printed tape is the reviewed one', () => {
  test.each([
    ['sandbox', true],
    ['sandbox', false],
    ['process', true],
    ['process', false],
  ] as const)('of a %s whose user is dropped: %s', async (level, isDropped) => {
    const plan = new LaunchPlan(madeUpPolicy(level, isDropped))
    // How long the filter is, its own tests say.
    const job = plan
      .job(madeUpJob(level))
      .toString()
      .replace(/\{\d+ instructions\}/u, '{filter}')
    const name = `${level}-${isDropped ? 'of-root' : 'of-a-user'}`
    await expect(plan.base.toString()).toMatchFileSnapshot(`printed/${name}-base.txt`)
    await expect(job).toMatchFileSnapshot(`printed/${name}-job.txt`)
  })

  test('of a function of ours that root runs: without three of the limits, and with three capabilities', async () => {
    const kept = linesOf(madeUpTrusted())
    const usual = linesOf({ ...madeUpTrusted(), keeps: [] })
    const added = kept.filter((line) => !usual.includes(line))
    const removed = usual.filter((line) => !kept.includes(line))
    const changes = [...removed.map((line) => `- ${line.trim()}`), ...added.map((line) => `+ ${line.trim()}`)]
    await expect(`${changes.join('\n')}\n`).toMatchFileSnapshot('printed/process-of-ours-changes.txt')
    expect(kept).toHaveLength(usual.length - 3)
  })

  test('of the holder of a user namespace', async () => {
    await expect(userNamespaceTape('x64', 4711).toString()).toMatchFileSnapshot('printed/user-namespace.txt')
  })
})

test.each(['sandbox', 'process'] as const)('of a %s every call exists on arm64, too', (level) => {
  const plan = new LaunchPlan(madeUpPolicy(level, true, 'arm64'))
  expect(plan.base.image().length).toBeGreaterThan(1000)
  expect(plan.job(madeUpJob(level)).image().length).toBeGreaterThan(1000)
})

test('a tape is the same however often it is written out', () => {
  const { base } = new LaunchPlan(madeUpPolicy('sandbox', true))
  expect(base.image()).toEqual(base.image())
})

test('every call that can fail has a purpose or says itself what it is for', () => {
  const plan = new LaunchPlan(madeUpPolicy('sandbox', true))
  const without = [plan.base, plan.job(madeUpJob('sandbox'))]
    .flatMap(({ calls }) => calls)
    .filter(({ purpose, whenError }) => purpose === '' && whenError !== undefined)
  const names = new Set(without.map(({ name }) => name))
  expect([...names].toSorted()).toMatchInlineSnapshot(`
    [
      "chdir",
      "close",
      "close_range",
      "dup3",
      "exit_group",
      "getpid",
      "getrusage",
      "kill",
      "rt_sigprocmask",
      "socketpair",
      "umask",
      "waitid",
    ]
  `)
})

test.each([
  ['a sandbox without a root', () => new LaunchPlan({ ...madeUpPolicy('sandbox', true), root: undefined })],
  [
    'a sandbox that keeps a capability',
    () => new LaunchPlan({ ...madeUpPolicy('sandbox', false), keeps: ['CAP_CHOWN'] }),
  ],
  [
    'another user that keeps a capability',
    () => new LaunchPlan({ ...madeUpPolicy('process', true), keeps: ['CAP_CHOWN'] }),
  ],
  ['level process with a root', () => new LaunchPlan({ ...madeUpPolicy('sandbox', true), level: 'process' })],
  ['masks at level process', () => new LaunchPlan(madeUpPolicy('process', true)).job(madeUpJob('sandbox'))],
])('%s is a mistake of the caller', (_name, make) => {
  expect(make).toThrow(TypeError)
})

test('what does not fit into a tape is refused', () => {
  const plan = new LaunchPlan(madeUpPolicy('sandbox', true))
  const job = madeUpJob('sandbox')
  expect(() => plan.job({ ...job, argv: ['/bin/true', 'x'.repeat(5 << 20)] }).image()).toThrow(RangeError)
  expect(() => plan.job({ ...job, frozen: Array.from({ length: 1000 }, (_, i) => `/${i}`) })).toThrow(
    RangeError,
  )
  expect(() => plan.job({ ...job, argv: ['a\0b'] }).image()).toThrow(RangeError)
})
