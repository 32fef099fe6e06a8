/** Jobs that belong together, to be found and undone together. */
export interface Session {
  /** ULID. */
  readonly id: string
  readonly name?: string
  readonly tenant: string
  /** Unix seconds. */
  readonly createdAt: number
  readonly closedAt?: number
  /** Ids of its jobs, in the order in which they were added. */
  readonly jobs: readonly string[]
}

/** A session whose record is not as it was written. */
export interface DamagedSession {
  readonly id: string
  /** Where, and how. */
  readonly reason: string
}
