import { listEnded } from './segments.ts'

/** What lies beside the log's own file, under names that begin as its does. */
const beside = [
  'lock',
  'reserve',
  'holder',
  'pin',
  'index',
  'index-journal',
  'outputs',
  'broken',
  'anchors',
  'owners',
  'recovery',
] as const

/** The log's file and all that belongs to it, whether it is there or not. */
export async function logFiles(path: string): Promise<string[]> {
  const ended = await listEnded(path)
  return [path, ...beside.map((name) => `${path}.${name}`), ...ended.map((segment) => segment.path)]
}
