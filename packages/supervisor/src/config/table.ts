/**
 * All that can be set, but for the ceilings, which are in `limitCatalogue`. The type of the configuration, its
 * checks, `config show`, `config check` and docs/configuration.md come from here.
 */
export const table = {
  'wal.path': { kind: 'path', below: 'wal.jsonl', description: 'file of the log' },
  'wal.segment_bytes': {
    kind: 'count',
    min: 4096,
    preset: 67_108_864,
    description: 'a segment of the log that is larger is ended, in bytes',
  },
  'wal.max_bytes': {
    kind: 'count',
    min: 0,
    otherwise: 'none is removed',
    description: 'ended segments beyond so many bytes in all are removed, the oldest first',
  },
  'wal.keep_days': {
    kind: 'amount',
    min: 0,
    otherwise: 'none is removed',
    description: 'ended segments that are older are removed, in days',
  },
  'wal.reserve_bytes': {
    kind: 'count',
    min: 0,
    preset: 1_048_576,
    description: 'so much of the disk is kept for the ends of running jobs, in bytes',
  },
  'wal.exclusive': {
    kind: 'flag',
    preset: false,
    description: 'no other process may use the log meanwhile',
  },
  'backups.dir': {
    kind: 'path',
    below: 'backups',
    description: 'directory of what files were before a job changed them, for undo',
  },
  'backups.keep_days': {
    kind: 'amount',
    min: 0,
    preset: 30,
    description: 'backups are kept so long, in days',
  },
  'backups.max_bytes': {
    kind: 'count',
    min: 0,
    preset: 1_073_741_824,
    description: 'of all backups together, the oldest go first, in bytes',
  },
  'sessions.dir': { kind: 'path', below: 'sessions', description: 'directory of the sessions' },
  'files.roots': {
    kind: 'absolutePaths',
    otherwise: 'nothing more',
    description:
      'what FileRead, FileWrite and Undo may touch beside the working directory, /tmp and /var/tmp',
  },
  'files.deny': {
    kind: 'absolutePaths',
    otherwise: 'nothing more',
    description: 'out of their reach, whatever grants it',
  },
  'guards.pressure': {
    kind: 'flag',
    preset: true,
    description: 'jobs wait, or are refused, while CPU or memory are short',
  },
  'guards.cpu_percent': {
    kind: 'amount',
    min: 1,
    max: 100,
    preset: 80,
    description: 'more CPU in use is pressure, in percent',
  },
  'guards.memory_percent': {
    kind: 'amount',
    min: 1,
    max: 100,
    preset: 80,
    description: 'more memory in use is pressure, in percent',
  },
  'guards.max_zombies': {
    kind: 'count',
    min: 0,
    preset: 10,
    description: 'more zombies than this and nothing is run',
  },
  'jobs.timeout_secs': {
    kind: 'amount',
    min: 0.001,
    max: 86_400,
    otherwise: '30, or what the capability itself says',
    description: 'hard deadline of a job, in seconds',
  },
  'jobs.max_concurrent': {
    kind: 'count',
    min: 1,
    max: 10_000,
    preset: 64,
    description: 'so many jobs run at once, the others wait',
  },
  'jobs.wait_secs': {
    kind: 'amount',
    min: 0,
    max: 86_400,
    preset: 15,
    description: 'a job waits so long for pressure to fall, in seconds',
  },
  'jobs.level': {
    kind: 'choice',
    names: ['thread', 'process', 'sandbox'],
    otherwise: 'sandbox',
    description: 'where commands and foreign modules run',
  },
  'policy.fallback': {
    kind: 'choice',
    names: ['refuse', 'process'],
    preset: 'refuse',
    description: 'what to do where that level cannot be had',
  },
  'policy.read': {
    kind: 'paths',
    otherwise: 'the working directory',
    description: 'directories that jobs may read; relative ones are taken from the working directory',
  },
  'policy.write': {
    kind: 'paths',
    otherwise: 'the working directory',
    description: 'directories that jobs may write, in the place of the working directory',
  },
  'policy.env': {
    kind: 'variables',
    otherwise: 'none',
    description: 'our environment variables that jobs may see beside the usual ones',
  },
  'policy.user': {
    kind: 'choice',
    names: ['mapped', 'handed_over', 'caller'],
    otherwise: 'mapped',
    description: 'started by root, how a job that is not root has the workspace, see `PolicyOptions`',
  },
  tenant: { kind: 'word', preset: 'default', description: 'whose jobs these are' },
  attribution: {
    kind: 'choice',
    names: ['auto', 'exact', 'sampled', 'tree'],
    preset: 'auto',
    description: 'how the processes of a job are found',
  },
} as const
