import { existsSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import type { ControlGroups } from './control-groups.ts'
import type { Leaf } from './leaf.ts'

/** What every driver promises, on a real or a fake tree. `open` is called once in each test. */
export function testControlGroups(kind: string, open: () => Promise<ControlGroups>): void {
  test(`${kind}: a leaf is new, and nobody is in it`, async () => {
    const groups = await open()
    const one = await make(groups)
    const other = await make(groups)
    expect(groups.kind).toBe(kind)
    expect(new Set([...one.joins, ...other.joins]).size).toBe(one.joins.length + other.joins.length)
    expect(one.joins.filter((file) => !existsSync(file))).toEqual([])
    expect(one.pids()).toEqual([])
    await one.whenEmpty()
  })

  test(`${kind}: what cannot be done is told with cause and cure`, async () => {
    const { abilities, missing } = await open()
    const lacking = Object.entries(abilities).flatMap(([ability, isThere]) => (isThere ? [] : [ability]))
    expect(missing.map(({ ability }) => ability).toSorted()).toEqual(lacking.toSorted())
    expect(missing.filter(({ cause, cure }) => cause === '' || cure === '')).toEqual([])
  })

  test(`${kind}: every ceiling that it is able to hold can be set, lowered and raised`, async () => {
    const groups = await open()
    const leaf = await make(groups)
    expect(groups.abilities).toMatchObject({ memory: true, pids: true, cpu: true, kill: true })
    for (const times of [2, 1, 3])
      leaf.limit({ memoryBytes: times * 2 ** 25, processes: times * 10, cpuShare: times * 0.5 })
  })

  test(`${kind}: a leaf that is killed and disposed of is gone, the second time too`, async () => {
    const leaf = await make(await open())
    await leaf.kill()
    await leaf[Symbol.asyncDispose]()
    await leaf[Symbol.asyncDispose]()
    expect(leaf.joins.filter((file) => existsSync(file))).toEqual([])
    expect(leaf.pids()).toEqual([])
    expect(leaf.usage()).toEqual({})
    await leaf.whenEmpty()
    await leaf.kill()
    leaf.abandon()
  })

  test(`${kind}: usage of a leaf that nobody was in is zero`, async () => {
    const { memoryPeakBytes, cpuMs, userMs, systemMs } = (await make(await open())).usage()
    expect({ cpuMs, userMs, systemMs }).toEqual({ cpuMs: 0, userMs: 0, systemMs: 0 })
    expect(memoryPeakBytes ?? 0).toBe(0)
  })
}

/** A leaf that is removed after the test. */
export async function make(groups: ControlGroups): Promise<Leaf> {
  const leaf = await groups.create()
  if (leaf === undefined) throw new Error('there are no control groups here')
  onTestFinished(() => leaf[Symbol.asyncDispose]())
  return leaf
}
