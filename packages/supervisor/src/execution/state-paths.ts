import { defaultDirectory } from '../wal/location.ts'
import { logFiles } from '../wal/log-files.ts'
import type { Services } from './services.ts'

/** Where Runtimo keeps its own state: in no job's view, whatever was asked for. */
export async function statePaths({ wal, backups, sessions, configFile }: Services): Promise<string[]> {
  const config = configFile === undefined ? [] : [configFile]
  return [defaultDirectory(), ...(await logFiles(wal.path)), backups, sessions.directory, ...config]
}
