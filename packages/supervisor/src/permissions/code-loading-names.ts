/**
 * Variables by which a loader, a shell or an interpreter takes code, or commands, from where they point.
 * Foreign code never gets them, whatever the host grants: a second fence. The first is that only granted
 * names are passed at all, for new programs bring new names.
 */
const exact = new Set([
  'BASHOPTS',
  'BASH_ENV',
  'CLASSPATH',
  'ENV',
  'GCONV_PATH',
  'GLIBC_TUNABLES',
  'IFS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'LOCPATH',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'PROMPT_COMMAND',
  'PS4',
  'SHELLOPTS',
  'ZDOTDIR',
  '_JAVA_OPTIONS',
])
const prefixes = ['BASH_FUNC_', 'GIT_', 'LD_', 'LUA_', 'NODE_', 'PERL', 'PYTHON', 'RUBY', 'RUNTIMO_']
/** Read by programs, not by Node. */
const harmless = new Set(['NODE_ENV'])

export function loadsCode(name: string): boolean {
  if (harmless.has(name)) return false
  return exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}
