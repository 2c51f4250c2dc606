#include "keeper/namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keeper/text.h"
#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {
namespace {

bool WriteFile(const char* path, const char* text) {
  const UniqueFd file(open(path, O_WRONLY | O_CLOEXEC));
  const auto size = static_cast<ssize_t>(strlen(text));
  return file.valid() && Retry([&] { return write(file.get(), text, size); }) == size;
}

// Maps one id to itself. The kernel allows no more to an ordinary user (user_namespaces(7)).
bool MapId(const char* path, unsigned id) {
  return WriteFile(path, Path().Add(id).Add(" ").Add(id).Add(" 1").text());
}

// Only a process that can be traced may open its own map. Nothing of the job runs yet.
Refusal EnterUserNamespace() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (unshare(CLONE_NEWUSER) != 0) return kNoUserNamespace;
  prctl(PR_SET_DUMPABLE, 1);
  const bool mapped = WriteFile("/proc/self/setgroups", "deny") &&
                      MapId("/proc/self/uid_map", uid) && MapId("/proc/self/gid_map", gid);
  const int error = errno;
  prctl(PR_SET_DUMPABLE, 0);
  errno = error;
  return mapped ? kNone : kNoUserNamespace;
}

}  // namespace

Refusal Namespace::Create(bool with_user) {
  if (with_user) {
    const Refusal refusal = EnterUserNamespace();
    if (refusal != kNone) return refusal;
  }
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return kNoNamespace;
  // What the job mounts stays in the job. What others unmount disappears here too; otherwise the
  // job would keep their file systems busy.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return kNoMount;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return kNoNamespace;
  return Start(ends[0], ends[1]);
}

// Waits for the init to say that it has mounted /proc, and that it will die with this process.
Refusal Namespace::Start(int ours, int theirs) {
  const int on = 1;
  setsockopt(ours, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  const pid_t pid = fork();
  if (pid == 0) RunInit(theirs);
  const int error = errno;
  close(theirs);
  socket_ = ours;
  errno = error;
  if (pid < 0) return kNoNamespace;
  init_ = pid;
  int fault = EPIPE;
  Retry([&] { return recv(ours, &fault, sizeof fault, 0); });
  if (fault == 0) return kNone;
  errno = fault;
  return kNoMount;
}

// The pid in the status is the namespace's; that of the credentials is this process's.
bool Namespace::Take(WaitStatus* status) {
  struct iovec piece = {status, sizeof *status};
  alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(struct ucred))];
  struct msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  const long size = Retry([&] { return recvmsg(socket_, &message, MSG_DONTWAIT); });
  if (size == -EAGAIN) return false;
  // The init has ended. Its SIGCHLD tells the same.
  if (size <= 0) {
    close(socket_);
    socket_ = -1;
    return false;
  }
  const struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
  struct ucred sender = {};
  if (header != nullptr) memcpy(&sender, CMSG_DATA(header), sizeof sender);
  status->pid = size == sizeof *status ? sender.pid : 0;
  return true;
}

// Children of the init that are dead count too: it has not reported them yet.
bool Namespace::IsEmpty(const Proc& proc) const {
  bool any = false;
  proc.EachChild(
      init_, [](void* found, pid_t) { *static_cast<bool*>(found) = true; }, &any);
  return !any;
}

void Namespace::Kill() const {
  if (is_open()) kill(init_, SIGKILL);
}

}  // namespace sexton
