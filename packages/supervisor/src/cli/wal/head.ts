import process from 'node:process'
import { readHead } from '../../wal/read/last.ts'
import { noLog, reading } from '../log/reading.ts'
import { printJson } from '../print-json.ts'
import { configuredWalPath } from '../wal-path.ts'

/** `SEQ:HASH` of the last record, as `wal verify --anchor` takes it. @throws RT_WAL_CORRUPT */
export async function head({ json = false }: { readonly json?: boolean }): Promise<void> {
  const path = await configuredWalPath()
  const found = (await reading(path, () => readHead(path))) ?? noLog(path)
  const { hash, record } = found
  if (json) printJson({ seq: record.seq, hash })
  else process.stdout.write(`${record.seq}:${hash}\n`)
}
