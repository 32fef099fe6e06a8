import { readFileSync } from 'node:fs'

export interface MountInfo {
  readonly target: string
  /** Such as ext4. */
  readonly type: string
}

/** The mounts that this process sees, in the order in which they were made. */
export function readMounts(): MountInfo[] {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
}

export function parseMounts(text: string): MountInfo[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const target = before?.split(' ')[4]
    const type = after?.split(' ')[0]
    return target === undefined || type === undefined ? [] : [{ target: unescape(target), type }]
  })
}

/** Blanks and backslashes stand there as octal numbers. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  )
}
