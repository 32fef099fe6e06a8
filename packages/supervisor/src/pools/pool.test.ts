import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Pool } from './pool.ts'
import type { Poolable, PoolSize } from './shelf.ts'

interface Item extends Poolable {
  readonly number: number
  fit: boolean
  disposed: boolean
}

interface Made {
  readonly pool: Pool<string, Item>
  readonly items: Item[]
}

function makePool(size: PoolSize, make: () => Promise<void> = () => Promise.resolve()): Made {
  const items: Item[] = []
  const pool = new Pool<string, Item>(
    async () => {
      await make()
      const item: Item = {
        number: items.length,
        fit: true,
        disposed: false,
        isFit: () => item.fit,
        [Symbol.asyncDispose]: async () => void (item.disposed = true),
      }
      items.push(item)
      return item
    },
    (kind) => kind,
    size,
  )
  onTestFinished(() => pool[Symbol.asyncDispose]())
  return { pool, items }
}

test('the first of a kind makes nothing ahead: one job promises no other', async () => {
  const { pool, items } = makePool({ min: 0, max: 4 })
  await pool.take('a')
  pool.refill('a')
  await sleep(5)
  expect(items).toHaveLength(1)
})

test('a kind that is asked for again waits ready, and is used once', async () => {
  const { pool, items } = makePool({ min: 0, max: 4 })
  await pool.take('a')
  await pool.take('a')
  pool.refill('a')
  await sleep(20)
  const ahead = items.length
  expect(ahead).toBeGreaterThan(2)
  const third = await pool.take('a')
  expect(third.number).toBe(2)
  const fourth = await pool.take('a')
  expect(fourth).not.toBe(third)
})

test('never more than the maximum wait, over all kinds', async () => {
  const { pool, items } = makePool({ min: 0, max: 2 })
  for (let i = 0; i < 20; i++) {
    await pool.take(`kind ${i % 2}`)
    pool.refill(`kind ${i % 2}`)
  }
  await sleep(20)
  const taken = 20
  expect(items.length - taken).toBeLessThanOrEqual(2)
})

test('one kind never gets what was made for another', async () => {
  const { pool, items } = makePool({ min: 1, max: 4 })
  const first = await pool.take('a')
  pool.refill('a')
  await sleep(20)
  const other = await pool.take('b')
  expect(items.indexOf(other)).toBeGreaterThan(items.indexOf(first))
  expect(items.filter(({ disposed }) => disposed)).toEqual([])
})

test('one that is not fit any more is let go, and the next is taken', async () => {
  const { pool, items } = makePool({ min: 1, max: 1 })
  await pool.take('a')
  pool.refill('a')
  await sleep(20)
  const [, waiting] = items
  expect(waiting).toBeDefined()
  if (waiting !== undefined) waiting.fit = false
  const next = await pool.take('a')
  expect(next).not.toBe(waiting)
  expect(waiting?.disposed).toBe(true)
})

test('who cannot be made fails the job that asked, with the reason', async () => {
  const { pool } = makePool({ min: 1, max: 1 }, () => Promise.reject(new Error('no namespaces here')))
  await expect(pool.take('a')).rejects.toThrow('no namespaces here')
  await expect(pool.take('a')).rejects.toThrow('no namespaces here')
})

test('closing lets go of all that wait', async () => {
  const { pool, items } = makePool({ min: 2, max: 4 })
  await pool.take('a')
  pool.refill('a')
  await sleep(20)
  await pool[Symbol.asyncDispose]()
  expect(items.slice(1).map(({ disposed }) => disposed)).not.toContain(false)
})
