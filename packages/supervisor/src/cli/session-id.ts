import type { Config } from '../config/load.ts'
import { isId } from '../sessions/names.ts'
import { SessionManager } from '../sessions/session-manager.ts'

/**
 * The id of a session that was given by id or by name: records hold ids only. An id is taken as it is, for a
 * session can be undone by it even when its own record is damaged.
 * @throws RT_SESSION_NOT_FOUND, RT_SESSION_UNAVAILABLE
 */
export async function sessionIdOf(idOrName: string, { values }: Config): Promise<string> {
  if (isId(idOrName)) return idOrName
  const { id } = await new SessionManager(values['sessions.dir']).show(idOrName, values.tenant)
  return id
}
