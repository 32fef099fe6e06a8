import { expect, test } from 'vitest'
import { Gate } from './gate.ts'

test('so many are in at once, the others come in order', async () => {
  const gate = new Gate(1)
  const order: number[] = []
  const first = await gate.enter(1000)
  const others = [1, 2].map(async (number) => {
    using place = await gate.enter(1000)
    expect(place).toBeDefined()
    order.push(number)
  })
  expect(gate.queued).toBe(2)
  first[Symbol.dispose]()
  await Promise.all(others)
  expect(order).toEqual([1, 2])
})

test('who waits too long is told so, and the place goes to the next', async () => {
  const gate = new Gate(1)
  const first = await gate.enter(1000)
  await expect(gate.enter(10)).rejects.toMatchObject({ code: 'RT_QUEUE_TIMEOUT' })
  const third = gate.enter(1000)
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  using place = await third
  expect(place).toBeDefined()
  await expect(gate.enter(10)).rejects.toMatchObject({ code: 'RT_QUEUE_TIMEOUT' })
})

test('who is cancelled while waiting leaves the queue', async () => {
  const gate = new Gate(1)
  using first = await gate.enter(1000)
  expect(first).toBeDefined()
  const controller = new AbortController()
  const waiting = gate.enter(1000, controller.signal)
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'RT_CANCELLED' })
  expect(gate.queued).toBe(0)
})
