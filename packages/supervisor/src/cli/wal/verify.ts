import process from 'node:process'
import prettyBytes from 'pretty-bytes'
import { toWire } from '../../codec/wire.ts'
import { type Verification, verifyLog } from '../../wal/verify/verify.ts'
import { noLog, reading } from '../log/reading.ts'
import { parseNumber } from '../numbers.ts'
import { printJson } from '../print-json.ts'
import { escapeLine } from '../render/escape.ts'
import { configuredWalPath } from '../wal-path.ts'
import { readKey } from './key.ts'

interface Options {
  readonly from?: string
  readonly anchor?: string
  readonly anchors?: string
  readonly key?: string
  readonly json?: boolean
}

/** Exit code 1 when the log is not as it was written. */
export async function verify({ from, anchor, anchors, key, json = false }: Options): Promise<void> {
  const path = await configuredWalPath()
  const publicKey = key === undefined ? undefined : await readKey(key)
  const seq =
    from === undefined ? undefined : Math.floor(parseNumber('--from', from, { min: 1, max: 2 ** 53 - 1 }))
  const result = await reading(path, () => verifyLog(path, { from: seq, anchor, anchors, publicKey }))
  if (result === undefined) noLog(path)
  if (!result.ok) process.exitCode = 1
  if (json) printJson(toWire(result))
  else process.stdout.write(`${escapeLine(toText(result))}\n`)
}

function toText(result: Verification): string {
  if (!result.ok) {
    const { file, offset, seq, kind, reason } = result
    return `DAMAGED ${kind}: ${file}, byte ${offset}${seq === null ? '' : `, seq ${seq}`}: ${reason}`
  }
  const { records, bytes, firstSeq, lastSeq, head, anchors, unremoved } = result
  const checked = anchors.met + anchors.passed + anchors.otherKeys
  const told = `; anchors: ${anchors.met} met, ${anchors.passed} of records before, ${anchors.otherKeys} of other keys`
  const whole = `whole: ${records} records, ${prettyBytes(bytes)}, seq ${firstSeq} to ${lastSeq}, head ${head}`
  const left = unremoved.length === 0 ? '' : `; pruned, but still there: ${unremoved.join(', ')}`
  return `${whole}${checked === 0 ? '' : told}${left}`
}
