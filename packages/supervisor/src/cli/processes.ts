import process from 'node:process'
import prettyBytes from 'pretty-bytes'
import prettyMs from 'pretty-ms'
import { toWire } from '../codec/wire.ts'
import { ProcessSnapshot } from '../processes/index.ts'
import { parseCount } from './numbers.ts'
import { printJson } from './print-json.ts'
import { table } from './render/table.ts'

export async function processes({
  n,
  json,
}: {
  readonly n?: string
  readonly json?: boolean
}): Promise<void> {
  const count = n === undefined ? 15 : parseCount('-n', n)
  const snapshot = await ProcessSnapshot.capture({ commandLine: json === true })
  if (json === true) {
    printJson(toWire(snapshot))
    return
  }
  const top = snapshot.processes.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, count)
  const rows = top.map(({ pid, ppid, uid, state, cpuMs, rssBytes, comm }) => [
    String(pid),
    String(ppid),
    String(uid),
    state,
    prettyMs(cpuMs),
    prettyBytes(rssBytes),
    comm,
  ])
  process.stdout.write(table(['PID', 'PPID', 'UID', 'STATE', 'CPU', 'MEMORY', 'NAME'], rows))
  const { total, zombieCount } = snapshot.summary
  process.stdout.write(`${total} processes, ${zombieCount} zombies\n`)
}

export async function zombies({ json }: { readonly json?: boolean }): Promise<void> {
  const snapshot = await ProcessSnapshot.capture()
  const names = new Map(snapshot.processes.map(({ pid, comm }) => [pid, comm]))
  const dead = snapshot.processes
    .filter(({ state }) => state === 'Z')
    .map(({ pid, ppid, comm, startTime }) => ({
      pid,
      comm,
      startTime,
      ppid,
      parentComm: names.get(ppid) ?? '',
    }))
  if (json === true) {
    printJson(toWire({ zombieCount: dead.length, zombies: dead }))
    return
  }
  const rows = dead.map(({ pid, comm, ppid, parentComm }) => [String(pid), comm, String(ppid), parentComm])
  process.stdout.write(
    dead.length === 0 ? 'no zombies\n' : table(['PID', 'NAME', 'PARENT', 'NAME OF PARENT'], rows),
  )
}
