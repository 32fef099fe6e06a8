const PREFIX = 'forks:'

/**
 * A mark in the stream of events. Writing the name of the listener's thread makes the kernel send an event
 * with that name, behind everything that happened before.
 */
export function fenceName(id: number): string {
  return PREFIX + id.toString(36) // at most 15 bytes fit
}

export function fenceId(comm: string): number | undefined {
  return comm.startsWith(PREFIX) ? Number.parseInt(comm.slice(PREFIX.length), 36) : undefined
}
