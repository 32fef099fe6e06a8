import { libcFunction } from './libc.ts'

const AT_FDCWD = -100
const AT_SYMLINK_FOLLOW = 0x400
const linkat = libcFunction(
  'linkat',
  'int linkat(int fromDirectory, const char *from, int toDirectory, const char *to, int flags)',
)

/** Gives a name to an open file that has none (O_TMPFILE). @throws `EEXIST` when there is something of that name */
export function linkDescriptor(fd: number, directory: number, name: string): void {
  linkat(AT_FDCWD, `/proc/self/fd/${fd}`, directory, name, AT_SYMLINK_FOLLOW)
}
