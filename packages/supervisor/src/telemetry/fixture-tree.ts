import fs from 'node:fs'
import os from 'node:os'
import { dirname, join } from 'node:path'

/** For tests: a directory that stands for '/', removed when disposed of. */
export interface FixtureTree extends Disposable {
  root: string
  write(path: string, text: string): void
}

/** For tests: makes a tree of the given files ('/proc/stat' → text). */
export function fixtureTree(files: Readonly<Record<string, string>> = {}): FixtureTree {
  const directory = fs.mkdtempDisposableSync(join(os.tmpdir(), 'runtimo-fixture-'))
  const write = (path: string, text: string): void => {
    const place = join(directory.path, path)
    fs.mkdirSync(dirname(place), { recursive: true })
    fs.writeFileSync(place, text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return { root: directory.path, write, [Symbol.dispose]: () => directory.remove() }
}
