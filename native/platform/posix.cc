#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/descriptors.h"
#include "platform/process.h"
#include "platform/readiness.h"
#include "platform/unix_sockets.h"

namespace sexton {

// --- descriptors.h ---

// Without pipe2(), a fork on another thread can inherit the descriptors before they get the flag.
int MakePipe(UniqueFd* read_end, UniqueFd* write_end, int flags) {
  int ends[2];
  if (pipe(ends) != 0) return -errno;
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  for (const int fd : ends) {
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return -errno;
    if (flags != 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | flags) != 0) return -errno;
  }
  return 0;
}

bool ReadFileId(int fd, FileId* id) {
  struct stat file;
  if (fstat(fd, &file) != 0) return false;
  *id = {static_cast<uint64_t>(file.st_dev), static_cast<uint64_t>(file.st_ino)};
  return true;
}

int ReopenPipe(int) { return -ENOSYS; }

int MakeSocketPair(UniqueFd* one, UniqueFd* other) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -errno;
  one->Reset(ends[0]);
  other->Reset(ends[1]);
  for (const int fd : ends) {
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return -errno;
  }
  return 0;
}

int MakeSealedFile(const void*, size_t, UniqueFd*) { return -ENOSYS; }
int MakeMemoryFile(UniqueFd*) { return -ENOSYS; }
long MoveToFile(int, int, int64_t, size_t) { return -ENOSYS; }
long MoveToPipe(int, int, size_t) { return -ENOSYS; }

void GrowPipe(int) {}

// --- unix_sockets.h: the shim alone uses them, and needs Linux ---

int OpenUnixSocket(int, UniqueFd*) { return -ENOSYS; }
int BindUnixSocket(int, const char*, size_t) { return -ENOSYS; }
int ConnectUnixSocket(int, const char*, size_t) { return -ENOSYS; }
int ListenUnixSocket(int, int) { return -ENOSYS; }
int AcceptUnixSocket(int, UniqueFd*) { return -ENOSYS; }
int ReadPeer(int, Peer*) { return -ENOSYS; }
long SendMessage(int, const void*, size_t, int, const int*, int) { return -ENOSYS; }
long ReceiveMessage(int, void*, size_t, int, Message*) { return -ENOSYS; }

// --- readiness.h ---

int ReadinessSet::Open() { return -ENOSYS; }
int ReadinessSet::Watch(int, uint32_t, uint32_t) { return -ENOSYS; }
int ReadinessSet::Change(int, uint32_t, uint32_t) { return -ENOSYS; }
int ReadinessSet::Unwatch(int) { return -ENOSYS; }
int ReadinessSet::Drain(double*) { return -ENOSYS; }

// --- process.h ---

int ThreadId() { return 0; }
bool ThreadExists(int) { return false; }

int SetSubreaper(bool) { return -ENOSYS; }
int GetSubreaper() { return 0; }

int SetDeathSignal(int) {
  errno = ENOSYS;
  return -1;
}

int CountForeignAddons() { return -1; }

bool ReadOwnMemory(const void* from, char* to, size_t size) {
  return ReadOwnMemoryByPipe(from, to, size);
}

bool ReadOwnParts(const iovec*, size_t, char*, size_t) { return false; }

int PidfdOpen(pid_t) { return -ENOSYS; }
int PidfdSend(int, int) { return -ENOSYS; }
int PidfdState(int) { return -ENOSYS; }
int PidfdAwait(int, int) { return -ENOSYS; }
int PidfdExitStatus(int) { return -ENOSYS; }
bool OwnPidfdId(uint64_t*) { return false; }

}  // namespace sexton
