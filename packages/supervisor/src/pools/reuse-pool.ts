import { Gate } from './gate.ts'
import type { Poolable } from './shelf.ts'

const sweepMs = 5000
/** One that nobody asked for during so long is let go. */
const idleMs = 30_000

interface Idle<T> {
  readonly item: T
  readonly since: number
}

interface Room<T> {
  readonly gate: Gate
  idle: Idle<T>[]
}

/** Things that are used again and again, one user at a time, by kind; so many of each kind at once. */
export class ReusePool<K, T extends Poolable> implements AsyncDisposable {
  readonly #make: (kind: K) => Promise<T>
  readonly #keyOf: (kind: K) => string
  readonly #most: number
  readonly #rooms = new Map<string, Room<T>>()
  readonly #places = new Map<T, Disposable>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(make: (kind: K) => Promise<T>, keyOf: (kind: K) => string, most: number) {
    this.#make = make
    this.#keyOf = keyOf
    this.#most = most
  }

  /** @throws RT_QUEUE_TIMEOUT, RT_CANCELLED, and what making one throws */
  async take(kind: K, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    const room = this.#roomOf(kind)
    using places = new DisposableStack()
    const place = places.use(await room.gate.enter(timeoutMs, signal))
    const item = (await this.#fitOf(room)) ?? (await this.#make(kind))
    places.move()
    this.#places.set(item, place)
    return item
  }

  /** It is as it was: somebody else may have it. */
  give(kind: K, item: T): void {
    if (this.#isClosed) return drop(item)
    this.#roomOf(kind).idle.push({ item, since: performance.now() })
    this.#leave(item)
  }

  /** It is not used again; whoever took it lets go of it. */
  retire(item: T): void {
    this.#leave(item)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    const idle = [...this.#rooms.values()].flatMap((room) => room.idle.splice(0))
    await Promise.all(idle.map(({ item }) => item[Symbol.asyncDispose]()))
  }

  async #fitOf(room: Room<T>): Promise<T | undefined> {
    for (;;) {
      const item = room.idle.pop()?.item // the one that was used last: the others may go
      if (item === undefined || item.isFit()) return item
      await item[Symbol.asyncDispose]()
    }
  }

  #leave(item: T): void {
    this.#places.get(item)?.[Symbol.dispose]()
    this.#places.delete(item)
  }

  #roomOf(kind: K): Room<T> {
    const key = this.#keyOf(kind)
    const known = this.#rooms.get(key)
    if (known !== undefined) return known
    const room: Room<T> = { gate: new Gate(this.#most), idle: [] }
    this.#rooms.set(key, room)
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref()
    return room
  }

  #sweep(): void {
    const oldest = performance.now() - idleMs
    for (const room of this.#rooms.values()) {
      const over = room.idle.filter(({ since }) => since < oldest)
      room.idle = room.idle.filter(({ since }) => since >= oldest)
      for (const { item } of over) drop(item)
    }
  }
}

/** Nobody waits for it: what cannot be let go was told when it was used. */
function drop(item: Poolable): void {
  Promise.resolve(item[Symbol.asyncDispose]()).catch(() => undefined)
}
