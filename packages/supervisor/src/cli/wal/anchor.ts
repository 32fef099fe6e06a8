import process from 'node:process'
import { writeAnchor } from '../../wal/anchor/write.ts'
import { noLog, reading } from '../log/reading.ts'
import { printJson } from '../print-json.ts'
import { escapeLine } from '../render/escape.ts'
import { configuredWalPath } from '../wal-path.ts'
import { anchorsPath } from '../../wal/anchor/read.ts'
import { readKey } from './key.ts'

interface Options {
  readonly key: string
  readonly out?: string
  readonly json?: boolean
}

/** Signs the head of the log. @throws RT_USAGE, RT_WAL_CORRUPT, RT_WAL_UNSAFE, RT_WAL_UNWRITABLE */
export async function anchor({ key, out, json = false }: Options): Promise<void> {
  const path = await configuredWalPath()
  const pem = await readKey(key)
  const file = out ?? anchorsPath(path)
  const made = (await reading(path, () => writeAnchor(path, pem, file))) ?? noLog(path)
  if (json) printJson(made)
  else process.stdout.write(`${made.seq}:${made.hash} signed in ${escapeLine(file)}\n`)
}
