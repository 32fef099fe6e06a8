/**
 * Changes the tree of groups without making anybody wait: all of these calls may block for long (15 ms while a
 * process joins a group, 280 ms for a kill), because the kernel has one lock for all groups.
 */
export interface TreeWriter extends AsyncDisposable {
  /** Makes all directories, or none. */
  make(directories: readonly string[]): Promise<void>
  write(directory: string, file: string, text: string): Promise<void>
  /** Removes groups with all groups below; returns those that still have members. */
  remove(directories: readonly string[]): Promise<readonly string[]>
}

export type Order =
  | { readonly verb: 'make'; readonly directories: readonly string[] }
  | { readonly verb: 'remove'; readonly directories: readonly string[] }
  | { readonly verb: 'write'; readonly directory: string; readonly file: string; readonly text: string }

export interface Request {
  readonly id: number
  readonly order: Order
}

export interface Reply {
  readonly id: number
  /** Directories that could not be removed. */
  readonly busy: readonly string[]
  readonly error?: { readonly code: string | undefined; readonly message: string }
}
