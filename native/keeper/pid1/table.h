#ifndef SEXTON_KEEPER_PID1_TABLE_H_
#define SEXTON_KEEPER_PID1_TABLE_H_

// Generated from lib/cli/pid1/: SEXTON_UPDATE_TABLE=1 npx vitest run options-table
//
// The options that need no Node while the command runs, the personas, and the names of signals and
// of errors.

// clang-format off

#define SEXTON_PID1_OPTIONS(OPTION) \
  OPTION(kSubreaper, 's', "subreaper", false) \
  OPTION(kWarnOnReap, 'w', "warn-on-reap", false) \
  OPTION(kPause, 'P', "pause", false) \
  OPTION(kSingleChild, 'c', "single-child", false) \
  OPTION(kGroup, 'g', "group", false) \
  OPTION(kSession, 'S', "session", false) \
  OPTION(kRewrite, 'r', "rewrite", true) \
  OPTION(kParentDeathSignal, 'p', "parent-death-signal", true) \
  OPTION(kChildDeathSignal, 0, "child-death-signal", true) \
  OPTION(kRemapExit, 'e', "remap-exit", true) \
  OPTION(kGrace, 0, "grace", true) \
  OPTION(kKillAfter, 0, "kill-after", true) \
  OPTION(kTimeout, 't', "timeout", true) \
  OPTION(kWorkdir, 0, "workdir", true) \
  OPTION(kEnv, 0, "env", true) \
  OPTION(kUserId, 'u', "user-id", true) \
  OPTION(kGroupId, 0, "group-id", true) \
  OPTION(kVerbose, 'v', "verbose", false) \
  OPTION(kCompat, 0, "compat", true)

#define SEXTON_PID1_PERSONAS \
  {"pid1", kChild, true, 5000, false, false, true, 0x0, {127, 126, 126}}, \
  {"tini", kChild, false, 0, false, false, true, 0x300000, {127, 126, 1}}, \
  {"dumb-init", kSessionOfChild, false, 0, true, false, false, 0x0, {2, 2, 2}}, \
  {"catatonit", kChild, false, 0, false, true, false, 0x380000, {1, 1, 1}},

#define SEXTON_PID1_ALIASES \
  {"none", 0}, \
  {"pid1", 0}, \
  {"tini", 1}, \
  {"tini-static", 1}, \
  {"docker-init", 1}, \
  {"dumb-init", 2}, \
  {"catatonit", 3},

#define SEXTON_PID1_SIGNALS(SIGNAL) \
  SIGNAL(1, "HUP") \
  SIGNAL(2, "INT") \
  SIGNAL(3, "QUIT") \
  SIGNAL(4, "ILL") \
  SIGNAL(5, "TRAP") \
  SIGNAL(6, "ABRT") \
  SIGNAL(6, "IOT") \
  SIGNAL(7, "BUS") \
  SIGNAL(8, "FPE") \
  SIGNAL(9, "KILL") \
  SIGNAL(10, "USR1") \
  SIGNAL(11, "SEGV") \
  SIGNAL(12, "USR2") \
  SIGNAL(13, "PIPE") \
  SIGNAL(14, "ALRM") \
  SIGNAL(15, "TERM") \
  SIGNAL(16, "STKFLT") \
  SIGNAL(17, "CHLD") \
  SIGNAL(18, "CONT") \
  SIGNAL(19, "STOP") \
  SIGNAL(20, "TSTP") \
  SIGNAL(21, "TTIN") \
  SIGNAL(22, "TTOU") \
  SIGNAL(23, "URG") \
  SIGNAL(24, "XCPU") \
  SIGNAL(25, "XFSZ") \
  SIGNAL(26, "VTALRM") \
  SIGNAL(27, "PROF") \
  SIGNAL(28, "WINCH") \
  SIGNAL(29, "IO") \
  SIGNAL(29, "POLL") \
  SIGNAL(30, "PWR") \
  SIGNAL(31, "SYS")

#define SEXTON_PID1_ERRORS(ERROR) \
  ERROR(1, "EPERM: operation not permitted") \
  ERROR(2, "ENOENT: no such file or directory") \
  ERROR(3, "ESRCH: no such process") \
  ERROR(5, "EIO: i/o error") \
  ERROR(6, "ENXIO: no such device or address") \
  ERROR(7, "E2BIG: argument list too long") \
  ERROR(11, "EAGAIN: resource temporarily unavailable") \
  ERROR(12, "ENOMEM: not enough memory") \
  ERROR(13, "EACCES: permission denied") \
  ERROR(16, "EBUSY: resource busy or locked") \
  ERROR(19, "ENODEV: no such device") \
  ERROR(20, "ENOTDIR: not a directory") \
  ERROR(21, "EISDIR: illegal operation on a directory") \
  ERROR(22, "EINVAL: invalid argument") \
  ERROR(23, "ENFILE: file table overflow") \
  ERROR(24, "EMFILE: too many open files") \
  ERROR(25, "ENOTTY: inappropriate ioctl for device") \
  ERROR(26, "ETXTBSY: text file is busy") \
  ERROR(30, "EROFS: read-only file system") \
  ERROR(36, "ENAMETOOLONG: name too long") \
  ERROR(38, "ENOSYS: function not implemented") \
  ERROR(40, "ELOOP: too many symbolic links encountered") \
  ERROR(110, "ETIMEDOUT: connection timed out")

// clang-format on

#endif  // SEXTON_KEEPER_PID1_TABLE_H_
