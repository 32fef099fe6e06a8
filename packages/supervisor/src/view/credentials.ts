/**
 * What gives access to other machines and accounts, below a home directory. Hidden when a home directory, or
 * that part of it, is in view. A list is never complete: who shares a home directory shares what it misses.
 */
export const credentials: readonly string[] = [
  '.ssh',
  '.gnupg',
  '.password-store',
  '.local/share/keyrings',
  '.netrc',
  '.pgpass',
  '.my.cnf',
  '.vault-token',
  // clouds
  '.aws',
  '.azure',
  '.boto',
  '.oci',
  '.s3cfg',
  '.config/doctl',
  '.config/gcloud',
  '.config/rclone',
  '.terraform.d/credentials.tfrc.json',
  // containers
  '.docker',
  '.kube',
  '.config/containers/auth.json',
  '.config/helm',
  // forges and registries
  '.git-credentials',
  '.config/git/credentials',
  '.config/gh',
  '.config/glab-cli',
  '.config/hub',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  // agents and password managers
  '.claude.json',
  '.claude/.credentials.json',
  '.codex/auth.json',
  '.config/op',
  // browsers hold sessions
  '.mozilla',
  '.config/chromium',
  '.config/google-chrome',
  // what was typed, secrets included
  '.bash_history',
  '.zsh_history',
  '.python_history',
  '.node_repl_history',
]

/** Files with secrets at the top of a workspace; those that are there to be copied hold none. */
export function isEnvFile(name: string): boolean {
  return /^\.env(?:\.|$)/u.test(name) && !/\.(?:example|sample|template|dist|defaults?|schema)$/u.test(name)
}
