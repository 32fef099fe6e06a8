import { dirname } from 'node:path'
import { Inode } from './memory-inode-fixture.ts'

/** What goes wrong at a call: an error of the system's, or a write that stops half-way and says so. */
export type FaultKind = 'ENOSPC' | 'EIO' | 'EINTR' | 'short'

export interface Fault {
  /** The first call is 1. */
  readonly at: number
  readonly kind: FaultKind
  /** Every call from there on, until it is healed. */
  readonly isLasting?: boolean
}

type NameChange = readonly [name: string, inode: Inode | undefined][]

/** A disk with what the kernel holds of it in memory. */
export class MemoryDisk {
  capacity: number
  calls = 0
  fault: Fault | undefined
  /** The fault was met. */
  isHit = false
  /** Told before each call what is about to be done. */
  onCall: (call: string) => void = () => undefined
  names: Map<string, Inode> = new Map()
  #durable = new Map<string, Inode>()
  #changes: NameChange[] = []
  #made = 0

  constructor(capacity = 1_048_576) {
    this.capacity = capacity
  }

  /** Counts a call. @throws the fault that is due; 'short' is given back */
  enter(call: string): 'short' | undefined {
    this.onCall(call)
    this.calls++
    const { fault } = this
    if (fault === undefined || this.calls < fault.at || (this.calls > fault.at && fault.isLasting !== true))
      return undefined
    if (fault.kind === 'short') {
      if (!call.startsWith('append')) return undefined
      this.isHit = true
      return 'short'
    }
    this.isHit = true
    throw systemError(fault.kind, call)
  }

  make(): Inode {
    return new Inode(++this.#made)
  }

  change(change: NameChange): void {
    apply(this.names, change)
    this.#changes.push(change)
  }

  syncNames(): void {
    for (const change of this.#changes) apply(this.#durable, change)
    this.#changes = []
  }

  /** @throws ENOSPC when the file cannot have so much space */
  takeSpace(inode: Inode, bytes: number): void {
    const others = [...new Set(this.names.values())].filter((other) => other !== inode)
    const used = others.reduce((sum, { space }) => sum + space, 0)
    if (used + Math.max(bytes, inode.space) > this.capacity) throw systemError('ENOSPC', 'takeSpace')
    inode.space = Math.max(bytes, inode.space)
  }

  /** What is there after the power was cut: any of the changes of names, any of the sectors; `choose` picks. */
  afterPowerCut(choose: (count: number) => number): MemoryDisk {
    const left = new MemoryDisk(this.capacity)
    const names = new Map(this.#durable)
    for (const change of this.#changes) if (choose(2) === 1) apply(names, change)
    const inodes = new Map([...new Set(names.values())].map((inode) => [inode, inode.afterPowerCut(choose)]))
    left.#take(names, inodes)
    left.#durable = new Map(left.names)
    left.#made = this.#made
    return left
  }

  clone(): MemoryDisk {
    const copy = new MemoryDisk(this.capacity)
    const changed = this.#changes.flatMap((change) => change.map(([, inode]) => inode))
    const all = [...this.names.values(), ...this.#durable.values(), ...changed].filter(
      (inode) => inode !== undefined,
    )
    const inodes = new Map([...new Set(all)].map((inode) => [inode, inode.clone()]))
    copy.#take(this.names, inodes)
    copy.#durable = translate(this.#durable, inodes)
    copy.#changes = this.#changes.map((change) =>
      change.map(([name, inode]) => [name, inode === undefined ? undefined : inodes.get(inode)]),
    )
    copy.#made = this.#made
    return copy
  }

  namesIn(directory: string): string[] {
    return [...this.names.keys()].filter((name) => dirname(name) === directory)
  }

  #take(names: ReadonlyMap<string, Inode>, inodes: ReadonlyMap<Inode, Inode>): void {
    this.names = translate(names, inodes)
  }
}

export function systemError(code: string, call: string): Error {
  return Object.assign(new Error(`${code}: ${call}`), { code })
}

function apply(names: Map<string, Inode>, change: NameChange): void {
  for (const [name, inode] of change) {
    if (inode === undefined) names.delete(name)
    else names.set(name, inode)
  }
}

function translate(names: ReadonlyMap<string, Inode>, inodes: ReadonlyMap<Inode, Inode>): Map<string, Inode> {
  return new Map([...names].map(([name, inode]) => [name, inodes.get(inode) ?? inode]))
}
