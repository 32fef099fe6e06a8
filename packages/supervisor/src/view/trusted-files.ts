/**
 * What the caller's own tools run, or take orders from, the next time that a directory is entered or opened:
 * at the top of a writable workspace a job can neither change nor make these. The promise ends at what is
 * run on purpose, such as package scripts and makefiles, and in directories below.
 */
export const trustedInWorkspace: readonly string[] = [
  '.envrc', // direnv
  '.mcp.json', // servers that an agent starts
  '.claude', // hooks of an agent
  '.vscode', // tasks, interpreters, terminal settings
  '.idea', // run configurations
]

/** The same of a home directory: run at each login, or by each git command. */
export const trustedInHome: readonly string[] = [
  '.profile',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.bashrc',
  '.zshenv',
  '.zprofile',
  '.zshrc',
  '.zlogin',
  '.gitconfig',
  '.config/git',
  '.config/fish',
  '.config/autostart',
  '.config/systemd',
]

/**
 * Of a repository: what makes git run programs. The promise ends at nested repositories, which have their
 * own, and at a repository that the job makes itself.
 */
export const trustedInGit: readonly string[] = ['hooks', 'config', 'config.worktree']

/** The same of submodules, when there are some: an empty file in that place would break `git submodule`. */
export const makeableInGit: readonly string[] = ['modules']

/**
 * A file that sends git elsewhere for its settings, and stops git when it is empty: nothing can hold its
 * place. One that is there after a job, and was not before, is taken away.
 */
export const forbiddenInGit: readonly string[] = ['commondir']
