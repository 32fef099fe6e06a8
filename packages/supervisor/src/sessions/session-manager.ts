import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { RuntimoError } from '@runtimo/capabilities'
import { ulid } from 'ulid'
import { hasCode } from '../linux/errno.ts'
import { type WalEvent, WalWriter } from '../wal/index.ts'
import { orUnavailable } from './errors.ts'
import { defaultSessionsDirectory, prepareSessionsDirectory } from './location.ts'
import { checkName, isId } from './names.ts'
import { damagedError, isDamaged, readSession } from './read-session.ts'
import type { DamagedSession, Session } from './session.ts'

const suffix = '.jsonl'
const defaultTenant = 'default'

/**
 * Sessions, each a log of its own in `directory`, durable by the rules of the log and usable from several
 * processes at once. A session of another tenant is not found.
 *
 * @example
 * const sessions = new SessionManager()
 * const { id } = await sessions.create({ name: 'nightly' })
 * await sessions.addJob(id, jobId)
 */
export class SessionManager {
  readonly directory: string

  /** Nothing is opened or made before the first session. */
  constructor(directory: string = defaultSessionsDirectory()) {
    this.directory = resolve(directory)
  }

  /** @throws RT_INVALID_OPTION for a bad name, RT_SESSION_UNAVAILABLE */
  async create({
    name,
    tenant = defaultTenant,
  }: { readonly name?: string | undefined; readonly tenant?: string } = {}): Promise<Session> {
    const id = ulid()
    const named = name === undefined ? {} : { name: checkName(name) }
    await orUnavailable(id, prepareSessionsDirectory(this.directory))
    await this.#append(id, { type: 'session_created', session_id: id, tenant, ...named })
    return await this.show(id, tenant)
  }

  /** Durable when it resolves. @throws RT_SESSION_NOT_FOUND, RT_SESSION_CLOSED, RT_SESSION_UNAVAILABLE */
  async addJob(idOrName: string, jobId: string, tenant: string = defaultTenant): Promise<void> {
    const { id, closedAt } = await this.show(idOrName, tenant)
    if (closedAt !== undefined) throw closed(id, closedAt)
    await this.#append(id, { type: 'session_job_added', session_id: id, job_id: jobId })
  }

  /** The oldest first. Whose a damaged session is cannot be known: everybody is told. @throws RT_SESSION_UNAVAILABLE */
  async list(tenant: string = defaultTenant): Promise<{
    readonly sessions: readonly Session[]
    readonly damaged: readonly DamagedSession[]
  }> {
    const found = await Promise.all((await this.#ids()).map((id) => readSession(this.#pathOf(id), id)))
    return {
      sessions: found.flatMap((one) =>
        one === undefined || isDamaged(one) || one.tenant !== tenant ? [] : [one],
      ),
      damaged: found.flatMap((one) => (one !== undefined && isDamaged(one) ? [one] : [])),
    }
  }

  /**
   * A name stands for the one session that has it; of several that have it, for the one that is open.
   * @throws RT_SESSION_NOT_FOUND, RT_SESSION_UNAVAILABLE with where its record is damaged
   */
  async show(idOrName: string, tenant: string = defaultTenant): Promise<Session> {
    if (!isId(idOrName)) return await this.#findByName(idOrName, tenant)
    if (!(await this.#ids()).includes(idOrName)) throw notFound(idOrName)
    const session = await readSession(this.#pathOf(idOrName), idOrName)
    if (session === undefined) throw notFound(idOrName)
    if (isDamaged(session)) throw damagedError(session)
    if (session.tenant !== tenant) throw notFound(idOrName)
    return session
  }

  /**
   * The id of a session that was given by id or by name: records hold ids only. An id is taken as it is, for a session
   * can be undone by it even when its own record is damaged. @throws RT_SESSION_NOT_FOUND, RT_SESSION_UNAVAILABLE
   */
  async idOf(idOrName: string, tenant: string = defaultTenant): Promise<string> {
    return isId(idOrName) ? idOrName : (await this.#findByName(idOrName, tenant)).id
  }

  /** Takes no more jobs. @throws RT_SESSION_NOT_FOUND, RT_SESSION_CLOSED, RT_SESSION_UNAVAILABLE */
  async close(idOrName: string, tenant: string = defaultTenant): Promise<Session> {
    const { id, closedAt } = await this.show(idOrName, tenant)
    if (closedAt !== undefined) throw closed(id, closedAt)
    await this.#append(id, { type: 'session_closed', session_id: id })
    return await this.show(id, tenant)
  }

  async #findByName(name: string, tenant: string): Promise<Session> {
    const { sessions } = await this.list(tenant)
    const named = sessions.filter((session) => session.name === name)
    const open = named.filter(({ closedAt }) => closedAt === undefined)
    const [session, ...others] = open.length === 1 ? open : named
    if (session === undefined) throw notFound(name, await suggest(name, sessions))
    if (others.length === 0) return session
    throw notFound(name, `; ${named.length} have that name: ${named.map(({ id }) => id).join(', ')}`)
  }

  /** Ids of all that could be sessions; none where there is no directory. */
  async #ids(): Promise<readonly string[]> {
    const names = await readdir(this.directory).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined
      throw new RuntimoError(
        'RT_SESSION_UNAVAILABLE',
        String(error),
        { path: this.directory },
        { cause: error },
      )
    })
    if (names === undefined) return []
    // Nothing is believed of a directory that others may write.
    await orUnavailable('directory', prepareSessionsDirectory(this.directory))
    return names
      .filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length))
      .filter(isId)
      .toSorted()
  }

  #pathOf(id: string): string {
    return join(this.directory, `${id}${suffix}`)
  }

  async #append(id: string, event: WalEvent): Promise<void> {
    // Small, and none of it is worth the room that is kept for the ends of jobs.
    await using writer = new WalWriter(this.#pathOf(id), { reserveBytes: 0 })
    await orUnavailable(id, writer.append(event))
  }
}

async function suggest(name: string, sessions: readonly Session[]): Promise<string> {
  // The launcher comes with it: loaded only to say what is wrong.
  const { nearest } = await import('@runtimo/worker')
  const names = sessions.flatMap((session) => session.name ?? [])
  const meant = nearest(name, names)
  return meant === undefined ? '' : ` (did you mean ${meant}?)`
}

function notFound(session: string, hint = ''): RuntimoError {
  const message = `there is no session ${JSON.stringify(session.slice(0, 80))}${hint}`
  return new RuntimoError('RT_SESSION_NOT_FOUND', message, { session: session.slice(0, 80) })
}

function closed(session: string, closedAt: number): RuntimoError {
  const message = `session ${session} was closed at ${new Date(closedAt * 1000).toISOString()}`
  return new RuntimoError('RT_SESSION_CLOSED', message, { session })
}
