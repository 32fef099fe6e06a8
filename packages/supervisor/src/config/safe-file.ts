import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'

interface Stat {
  readonly mode: number
  readonly uid: number
}

/**
 * Why somebody else could say what the file says: he may write it, or exchange one of the directories on the way
 * to it, also on the way to the link where it is one. The file says what jobs are granted.
 */
export async function findUnsafe(
  path: string,
  file: Stat,
): Promise<{ readonly expected: string; readonly got: string } | undefined> {
  if (!isOurs(file) || (file.mode & 0o022) !== 0) {
    return { expected: 'a file of ours or of root that nobody else may write', got: describe(file) }
  }
  const [target, directory] = await Promise.all([realpath(path), realpath(dirname(path))])
  for (const ancestor of new Set([...ancestorsOf(dirname(target)), ...ancestorsOf(directory)])) {
    const found = await stat(ancestor)
    // In a directory such as /tmp only owners may exchange what is theirs.
    const isSticky = (found.mode & 0o1000) !== 0
    if (isOurs(found) && (isSticky || (found.mode & 0o022) === 0)) continue
    const expected = `${ancestor} to be a directory of ours or of root that nobody else may write`
    return { expected, got: describe(found) }
  }
  return undefined
}

function isOurs({ uid }: Stat): boolean {
  return uid === 0 || uid === process.geteuid?.()
}

function ancestorsOf(directory: string): readonly string[] {
  const above = dirname(directory)
  return above === directory ? [directory] : [directory, ...ancestorsOf(above)]
}

function describe({ mode, uid }: Stat): string {
  return `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}, owner ${uid}`
}
