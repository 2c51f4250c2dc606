#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/namespace.h"
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
  bool any = false;
  for (;;) {
    WaitStatus status;
    if (Peek(P_ALL, 0, 0, &status) < 0 || status.pid == 0) break;
    if (IsEnd(status)) Report(status);
    any = true;
    if (TakeAny(0, &status) < 0) break;
  }
  const char reaped = 0;
  if (any) Retry([&] { return send(kKeeper, &reaped, sizeof reaped, MSG_NOSIGNAL); });
}

}  // namespace

int MountProc() {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  return mount("proc", "/proc", "proc", flags, nullptr) == 0 ? 0 : errno;
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
