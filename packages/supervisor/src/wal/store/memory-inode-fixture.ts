export const sectorBytes = 512

/** A file of the model: what programs see of it, what is on the disk, and what may have reached the disk meanwhile. */
export class Inode {
  readonly number: number
  seen: Buffer = Buffer.alloc(0)
  modifiedMs = 0
  /** Bytes for which it has space. */
  space = 0
  /** Of the lock for a moment: who waits for it, in turn. */
  turn: Promise<void> = Promise.resolve()
  readonly kept: Map<object, 'alone' | 'shared'> = new Map()
  #disk: Buffer = Buffer.alloc(0)
  /** Every state since the last sync: the kernel may have written any sector at any of these moments. */
  #states: Buffer[] = []
  #dirty = new Set<number>()

  constructor(number: number) {
    this.number = number
  }

  write(content: Buffer, from: number): void {
    this.#states.push(this.seen)
    this.seen = content
    this.space = Math.max(this.space, content.length)
    for (let sector = Math.floor(from / sectorBytes); sector * sectorBytes < content.length; sector++)
      this.#dirty.add(sector)
  }

  sync(): void {
    this.#disk = this.#assemble(this.seen.length, (sector) =>
      this.#at(sector, this.#dirty.has(sector) ? this.seen : this.#disk),
    )
    this.#settle()
  }

  /** What Linux does: the pages count as written from now on, though they are not. */
  failSync(): void {
    this.#settle()
  }

  /** What may be on the disk: `choose` picks one of so many. */
  afterPowerCut(choose: (count: number) => number): Inode {
    const sizes = [...new Set([this.#disk, ...this.#states, this.seen].map(({ length }) => length))]
    const size = sizes[choose(sizes.length)] ?? 0
    const left = new Inode(this.number)
    const states = [this.#disk, ...this.#states, this.seen]
    left.#disk = this.#assemble(size, (sector) => {
      if (!this.#dirty.has(sector)) return this.#at(sector, this.#disk)
      const versions = [
        ...new Map(states.map((state) => [this.#at(sector, state).toString('latin1'), state])).values(),
      ]
      return this.#at(sector, versions[choose(versions.length)] ?? this.#disk)
    })
    left.seen = left.#disk
    left.space = size
    left.modifiedMs = this.modifiedMs
    return left
  }

  clone(): Inode {
    const copy = new Inode(this.number)
    copy.seen = this.seen
    copy.#disk = this.#disk
    copy.#states = [...this.#states]
    copy.#dirty = new Set(this.#dirty)
    copy.space = this.space
    copy.modifiedMs = this.modifiedMs
    return copy
  }

  /** A bit that turns over by itself, on the disk and in memory. */
  flip(at: number): void {
    this.seen = flipped(this.seen, at)
    this.#disk = flipped(this.#disk, at)
  }

  #settle(): void {
    this.#states = []
    this.#dirty = new Set()
  }

  #at(sector: number, state: Buffer): Buffer {
    const bytes = Buffer.alloc(sectorBytes)
    bytes.set(state.subarray(sector * sectorBytes, (sector + 1) * sectorBytes))
    return bytes
  }

  #assemble(size: number, sectorOf: (sector: number) => Buffer): Buffer {
    const sectors = Array.from({ length: Math.ceil(size / sectorBytes) }, (_, sector) => sectorOf(sector))
    return Buffer.concat(sectors).subarray(0, size)
  }
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ 0x04
  return copy
}
