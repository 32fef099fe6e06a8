/** What stood at a path at one moment: enough to put it back, and to tell whether it is still there. */
export type FileState =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file'
      /** SHA-256 of the content, by which the store of backups has it. */
      readonly sha256: string
      readonly size: number
      /** Permission bits, with set-id and sticky. */
      readonly mode: number
      readonly uid: number
      readonly gid: number
      /** Extended attributes, ACLs among them: name to base64. */
      readonly xattrs: Readonly<Record<string, string>>
    }
  | { readonly kind: 'link'; readonly target: string }
  | ({ readonly kind: 'directory' } & DirectoryAttributes)

export interface DirectoryAttributes {
  /** Permission bits, with set-id and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** One change of one path by one job; durable in the job's journal before the path is touched. */
export interface Change {
  /** Absolute, without links. */
  readonly path: string
  readonly before: FileState
  readonly after: FileState
  /** Name of the temporary file beside the path, which a crash may leave. */
  readonly temporary?: string
}
