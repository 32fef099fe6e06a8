import process from 'node:process'
import { toWire } from '../codec/wire.ts'
import { loadConfig } from '../config/load.ts'
import { damagedError } from '../sessions/read-session.ts'
import { SessionManager } from '../sessions/session-manager.ts'
import type { Session } from '../sessions/session.ts'
import { printJson } from './print-json.ts'
import { escapeControls } from './render/escape.ts'
import { table } from './render/table.ts'

interface Options {
  readonly json?: boolean
}

export async function createSession({ name, json }: Options & { readonly name?: string }): Promise<void> {
  const { sessions, tenant } = await open()
  const session = await sessions.create({ name, tenant })
  // The id alone: SESSION=$(runtimo session create)
  if (json === true) printJson(toWire(session))
  else process.stdout.write(`${session.id}\n`)
}

/** Damaged ones are named, and make the exit code 1. */
export async function listSessions({ json }: Options): Promise<void> {
  const { sessions: manager, tenant } = await open()
  const { sessions, damaged } = await manager.list(tenant)
  if (damaged.length > 0) process.exitCode = 1
  if (json === true) printJson(toWire({ sessions, damaged }))
  else if (sessions.length + damaged.length === 0)
    process.stdout.write(`no sessions in ${escapeControls(manager.directory)}\n`)
  else {
    const rows = sessions.map((session) => [
      session.id,
      session.name ?? '-',
      stateOf(session),
      String(session.jobs.length),
      time(session.createdAt),
    ])
    process.stdout.write(table(['ID', 'NAME', 'STATE', 'JOBS', 'CREATED'], rows))
    for (const session of damaged) process.stderr.write(`${escapeControls(damagedError(session).message)}\n`)
  }
}

export async function showSession(idOrName: string, { json }: Options): Promise<void> {
  const { sessions, tenant } = await open()
  const session = await sessions.show(idOrName, tenant)
  if (json === true) {
    printJson(toWire(session))
    return
  }
  const rows = [
    ['id', session.id],
    ['name', session.name ?? '-'],
    ['state', stateOf(session)],
    ['created', time(session.createdAt)],
    ...(session.closedAt === undefined ? [] : [['closed', time(session.closedAt)]]),
    ...session.jobs.map((job, index) => [index === 0 ? 'jobs' : '', job]),
  ]
  process.stdout.write(table(['WHAT', 'VALUE'], rows))
}

export async function closeSession(idOrName: string, { json }: Options): Promise<void> {
  const { sessions, tenant } = await open()
  const session = await sessions.close(idOrName, tenant)
  if (json === true) printJson(toWire(session))
  else process.stdout.write(`closed ${session.id}, ${session.jobs.length} jobs\n`)
}

async function open(): Promise<{ readonly sessions: SessionManager; readonly tenant: string }> {
  const { values } = await loadConfig()
  return { sessions: new SessionManager(values['sessions.dir']), tenant: values.tenant }
}

function stateOf({ closedAt }: Session): string {
  return closedAt === undefined ? 'open' : 'closed'
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
