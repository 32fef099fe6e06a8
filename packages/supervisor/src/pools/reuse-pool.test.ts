import { expect, onTestFinished, test } from 'vitest'
import { ReusePool } from './reuse-pool.ts'
import type { Poolable } from './shelf.ts'

interface Item extends Poolable {
  fit: boolean
  disposed: boolean
}

function makePool(most: number): { readonly pool: ReusePool<string, Item>; readonly items: Item[] } {
  const items: Item[] = []
  const make = async (): Promise<Item> => {
    const item: Item = {
      fit: true,
      disposed: false,
      isFit: () => item.fit,
      [Symbol.asyncDispose]: async () => void (item.disposed = true),
    }
    items.push(item)
    return item
  }
  const pool = new ReusePool<string, Item>(make, (kind) => kind, most)
  onTestFinished(() => pool[Symbol.asyncDispose]())
  return { pool, items }
}

test('what was given back is taken again, by the same kind only', async () => {
  const { pool } = makePool(2)
  const first = await pool.take('a', 1000)
  pool.give('a', first)
  expect(await pool.take('b', 1000)).not.toBe(first)
  expect(await pool.take('a', 1000)).toBe(first)
})

test('so many are in use at once; the next waits until one is given back or retired', async () => {
  const { pool, items } = makePool(1)
  const first = await pool.take('a', 1000)
  await expect(pool.take('a', 5)).rejects.toMatchObject({ code: 'RT_QUEUE_TIMEOUT' })
  const waiting = pool.take('a', 1000)
  pool.retire(first)
  expect(await waiting).not.toBe(first)
  expect(items).toHaveLength(2)
})

test('what is not fit any more is let go', async () => {
  const { pool } = makePool(1)
  const first = await pool.take('a', 1000)
  pool.give('a', first)
  first.fit = false
  expect(await pool.take('a', 1000)).not.toBe(first)
  expect(first.disposed).toBe(true)
})

test('closing lets go of all that wait, and of what is given back later', async () => {
  const { pool } = makePool(2)
  const [waits, used] = [await pool.take('a', 1000), await pool.take('a', 1000)]
  pool.give('a', waits)
  await pool[Symbol.asyncDispose]()
  pool.give('a', used)
  expect([waits.disposed, used.disposed]).toEqual([true, true])
})
