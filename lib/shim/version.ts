/** The version of conmon whose contract this is. Managers refuse a program that has none, or an old one. */
export const CONMON_VERSION = '2.2.1'

/** The answer to `--version`. The prologue and the front have it too, because managers ask all the time. */
export const VERSION_TEXT = `conmon version ${CONMON_VERSION}\ncommit: sexton-shim\n`
