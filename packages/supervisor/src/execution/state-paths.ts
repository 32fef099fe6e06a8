import { defaultDirectory } from '../wal/location.ts'
import { besideLog } from '../wal/log-files.ts'
import { listEnded } from '../wal/segments.ts'
import type { Services } from './services.ts'

type Places = Pick<Services, 'wal' | 'backups' | 'sessions' | 'configFile'>

/** Where Runtimo keeps its own state, but for the ended segments of the log: in no job's view, whatever was asked for. */
export function fixedState({ wal, backups, sessions, configFile }: Places): string[] {
  const config = configFile === undefined ? [] : [configFile]
  return [defaultDirectory(), ...besideLog(wal.path), backups, sessions.directory, ...config]
}

/** With the ended segments that there are now. */
export async function statePaths(places: Places): Promise<string[]> {
  const ended = await listEnded(places.wal.path)
  return [...fixedState(places), ...ended.map(({ path }) => path)]
}
