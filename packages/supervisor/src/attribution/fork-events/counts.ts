import { type IsReadable, loadPoll } from '../../linux/poll.ts'
import { Tally } from './tally.ts'

/** Where a root's count is. */
export interface Place {
  readonly slot: number
  /** Before the listener has answered a question with the slot in it, it may still write another root's there. */
  isBound: boolean
}

/** The supervisor's side of the tally: which roots have a place in it, and what stands there. */
export class Counts {
  readonly #connector: number
  readonly #tally = new Tally()
  readonly #isReadable: IsReadable = loadPoll()
  readonly #places = new Map<number, Place>()
  readonly #free: number[] = Array.from({ length: Tally.slots }, (_, slot) => slot)

  constructor(connector: number) {
    this.#connector = connector
    this.#tally.isBusy = true // until the listener says that it is not
  }

  get memory(): SharedArrayBuffer {
    return this.#tally.memory
  }

  /** Undefined when all places are taken. */
  placeOf(root: number): Place | undefined {
    const known = this.#places.get(root)
    if (known !== undefined) return known
    const slot = this.#free.pop()
    if (slot === undefined) return undefined
    const place = { slot, isBound: false }
    this.#places.set(root, place)
    return place
  }

  release(root: number): void {
    const place = this.#places.get(root)
    if (place === undefined) return
    this.#places.delete(root)
    this.#free.push(place.slot)
  }

  /** Exact up to the moment of the call, or undefined. */
  read(root: number): number | undefined {
    const place = this.#places.get(root)
    if (place?.isBound !== true) return undefined
    // In this order, see Tally.
    if (this.#isReadable(this.#connector, 0) || this.#tally.isBusy) return undefined
    return this.#tally.read(place.slot)
  }
}
