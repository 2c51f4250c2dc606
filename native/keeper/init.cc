#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/namespace.h"
#include "keeper/search.h"
#include "platform/process.h"

// The init of a job's PID namespace: a fork of the keeper.

namespace sexton {
namespace {

constexpr int kKeeper = 0;  // the socket to the keeper

// Sends a status in the name of the dead process, so that the keeper is told its pid out there. A
// process with CAP_SYS_ADMIN in its namespace may name any process that exists, so this comes
// before the status is taken.
void Report(const WaitStatus& status) {
  WaitStatus copy = status;
  struct iovec piece = {&copy, sizeof copy};
  alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(struct ucred))] = {};
  struct msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_CREDENTIALS;
  header->cmsg_len = CMSG_LEN(sizeof(struct ucred));
  const struct ucred sender = {status.pid, geteuid(), getegid()};
  memcpy(CMSG_DATA(header), &sender, sizeof sender);
  Retry([&] { return sendmsg(kKeeper, &message, MSG_NOSIGNAL); });
}

// Tells the keeper that orphans have been reaped, so that it looks who is left. A report alone
// would come too early: its process is still a zombie then.
void ReapOrphans() {
  Search search;
  bool any = false;
  for (;;) {
    WaitStatus status;
    search.Begin();
    PeekAny(search.type(), search.id(), 0, &status);
    if (!search.Goes(status.pid)) break;
    if (status.pid == 0) continue;
    if (IsEnd(status)) Report(status);
    any = true;
    if (TakeAny(P_PID, static_cast<id_t>(status.pid), 0, &status) < 0) break;
  }
  const char reaped = 0;
  if (any) Retry([&] { return send(kKeeper, &reaped, sizeof reaped, MSG_NOSIGNAL); });
}

// Of Linux 5.2. The numbers are those of every architecture.
constexpr long kMoveMount = 429;
constexpr long kFsOpen = 430;
constexpr long kFsConfig = 431;
constexpr long kFsMount = 432;
constexpr unsigned kCloseOnExec = 1;
constexpr unsigned kCreate = 6;              // FSCONFIG_CMD_CREATE
constexpr unsigned kAttributes = 2 | 4 | 8;  // MOUNT_ATTR_NOSUID, _NODEV, _NOEXEC
constexpr unsigned kEmptyPath = 4;           // MOVE_MOUNT_F_EMPTY_PATH

// A descriptor of a new /proc that is mounted nowhere, or -errno.
int MakeProc() {
  const auto context = static_cast<int>(syscall(kFsOpen, "proc", kCloseOnExec));
  if (context < 0) return -errno;
  long made = syscall(kFsConfig, context, kCreate, nullptr, nullptr, 0);
  if (made == 0) made = syscall(kFsMount, context, kCloseOnExec, kAttributes);
  const int result = made < 0 ? -errno : static_cast<int>(made);
  close(context);
  return result;
}

int MountOver() {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  return mount("proc", "/proc", "proc", flags, nullptr) == 0 ? 0 : errno;
}

}  // namespace

// Under a /proc that is only mounted on top, a job of root finds that of the machine, and in it the
// memory and the environment of Node. So the old one goes first. The kernel mounts a new one only
// while an old one is in sight, so the new one is made before that. In a user namespace the old one
// stays, and the kernel forbids the job to uncover it.
int MountProc() {
  const int made = MakeProc();
  if (made == -ENOSYS || made == -EPERM) return MountOver();
  if (made < 0) return -made;
  while (umount2("/proc", MNT_DETACH) == 0) {
  }
  const long moved = syscall(kMoveMount, made, "", AT_FDCWD, "/proc", kEmptyPath);
  const int fault = moved == 0 ? 0 : errno;
  close(made);
  return fault;
}

// If the keeper has died before prctl(), the signal never comes, but the first message fails.
void RunInit(int socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "sexton-init");
  dup2(socket, kKeeper);
  // Every descriptor of the keeper has a lower number, or is the other end of the socket. A reader
  // of the job's output would wait for this process otherwise.
  for (int fd = kKeeper + 1; fd <= socket + 1; ++fd) close(fd);
  const int fault = MountProc();
  const long sent = Retry([&] { return send(kKeeper, &fault, sizeof fault, MSG_NOSIGNAL); });
  if (fault != 0 || sent < 0) _exit(1);
  static_cast<void>(chdir("/") == 0);
  sigset_t heard;
  sigemptyset(&heard);
  sigaddset(&heard, SIGCHLD);
  for (;;) {
    ReapOrphans();
    int signal = 0;
    sigwait(&heard, &signal);
  }
}

}  // namespace sexton
