import type { FileErrorCode } from './codes.ts'
import { type CatalogueEntry, failed } from './entry.ts'

/** Of files, of what is kept of them, and of putting it back. */
export const fileErrors: Readonly<Record<FileErrorCode, CatalogueEntry>> = {
  RT_FILE_NOT_FOUND: {
    ...failed,
    cause: 'There is no file at the path.',
    remedy: 'Check the path; a relative one is taken from the working directory.',
  },
  RT_FILE_NOT_REGULAR: {
    ...failed,
    cause: 'The path names a directory, a device, a socket or a pipe.',
    remedy: 'Name a regular file.',
  },
  RT_FILE_PERMISSION: {
    ...failed,
    cause: 'The operating system does not let this user read, write or keep the owner of the path.',
    remedy: 'Change the permissions, or run as a user who may.',
  },
  RT_FILE_IO: {
    ...failed,
    cause: 'The operating system refused or failed to read or write the file.',
    remedy: 'The message holds the system error.',
  },
  RT_FILE_NAME: {
    ...failed,
    cause: 'The path cannot name a file: it is empty, holds NUL, is no valid text, or is too long.',
    remedy: 'The message says which: at most 255 bytes a name, 4,095 a path.',
  },
  RT_FILE_OUTSIDE: {
    ...failed,
    cause: 'The path leads outside of the directories that the file capabilities may touch.',
    remedy: '`roots` names them; the configuration (files.roots) adds to them, by choice.',
  },
  RT_FILE_CRITICAL: {
    ...failed,
    cause: 'The path names a file that decides what runs or who may log in, or state of Runtimo itself.',
    remedy: '`rule` names the rule. Change such a file yourself.',
  },
  RT_FILE_CHANGED: {
    ...failed,
    cause: 'The file is not what it was when it was read: somebody else changed it.',
    remedy: 'Read it again, and decide anew; `expected` and `got` are its hashes.',
  },
  RT_FILE_LINKED: {
    ...failed,
    cause: 'The file has more than one name: a change would be seen under the others, too.',
    remedy: 'Name a file with one name, or copy it first.',
  },
  RT_FILE_TOO_LARGE: {
    ...failed,
    cause: 'The file would be larger than 100 MiB, the most that FileWrite writes or keeps for undo.',
    remedy: 'Write less, or let a command write it.',
  },
  RT_BACKUP_FAILED: {
    ...failed,
    cause: 'What is to be changed could not be kept for undo first, so it was not changed.',
    remedy: 'The message holds the system error: check the disk that holds the backups.',
  },
  RT_BACKUP_DAMAGED: {
    ...failed,
    cause: 'What was kept for undo is not what was put there, or is gone.',
    remedy: '`path` names it. It is not restored: look for another copy.',
  },
  RT_UNDO_CONFLICT: {
    ...failed,
    cause: 'Files are not what the job left: restoring them would lose what came after.',
    remedy: '`conflicts` names them; look at them, then undo with --force PATH for each.',
  },
  RT_UNDO_NOTHING: {
    ...failed,
    cause: 'Nothing is known that could be undone: no such job of this tenant, or it changed no file.',
    remedy: '`runtimo jobs` names the jobs; only what FileWrite and Undo change is kept for undo.',
  },
}
