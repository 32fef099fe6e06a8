import { readText } from '../telemetry/read-text.ts'

/** A mount as /proc/self/mountinfo tells of it; see proc_pid_mountinfo(5). */
export interface MountInfo {
  /** Which directory of its file system it shows. */
  readonly shows: string
  readonly target: string
  /** Such as ext4. */
  readonly type: string
  /** Of the file system, not of the mount; of control groups of version 1 the controllers among them. */
  readonly options: readonly string[]
}

/** The mounts that this process sees, in the order in which they were made; none where they cannot be read. */
export function readMounts(root: string): MountInfo[] {
  return parseMounts(readText(root, '/proc/self/mountinfo') ?? '')
}

export function parseMounts(text: string): MountInfo[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , shows, target] = before.split(' ')
    const [type = '', , options = ''] = after.split(' ')
    if (shows === undefined || target === undefined) return []
    return [{ shows: unescape(shows), target: unescape(target), type, options: options.split(',') }]
  })
}

/** Blanks and backslashes stand there as octal numbers. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  )
}
