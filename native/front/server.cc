#include "front/server.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "front/words.h"
#include "platform/process.h"
#include "platform/unix_sockets.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

extern char** environ;

namespace sexton::front {
namespace {

constexpr int kBacklog = 128;
// The descriptors of a server: its socket, and its lock.
constexpr int kListener = 3;
constexpr int kLock = 4;
constexpr int kEnd = 5;
constexpr int kMostFds = 1024;
// Above all of these.
constexpr int kAbove = 10;

// A server that ends closes its socket before it gives up its lock, and one that starts has its
// lock first. There are a hundred times as many tries as that takes.
constexpr int kMostTries = 500;
constexpr long kPause = 20'000'000;  // nanoseconds

// A server that is stopped, or busy for so long, accepts nobody, and the queue of its socket fills.
constexpr struct timeval kConnectTime = {30, 0};

constexpr char kScript[] = "/dist/cli/sexton-shim.js";
// The folders above this executable, up to that of the package: build/Release/sexton-keeper, or
// prebuilds/linux-x64/sexton-keeper.
constexpr int kFolders = 3;

int TryConnect(const Place& place, UniqueFd* connection) {
  const int opened = OpenUnixSocket(SOCK_SEQPACKET, connection);
  if (opened < 0) return opened;
  // A server that has just started takes its time. This process has nothing else to do.
  fcntl(connection->get(), F_SETFL, O_RDWR);
  setsockopt(connection->get(), SOL_SOCKET, SO_SNDTIMEO, &kConnectTime, sizeof kConnectTime);
  const int connected = static_cast<int>(Retry([&] {
    const int result = ConnectUnixSocket(connection->get(), place.socket(), strlen(place.socket()));
    errno = -result;
    return result < 0 ? -1 : 0;
  }));
  if (connected < 0) return connected == -EAGAIN ? -ETIMEDOUT : connected;
  Peer peer;
  const int read = ReadPeer(connection->get(), &peer);
  if (read < 0) return read;
  return peer.uid == geteuid() ? 0 : -EPERM;
}

// Listens at the place. The lock must be held: the socket of a server that was killed goes.
int Listen(const Place& place, UniqueFd* listener) {
  const int opened = OpenUnixSocket(SOCK_SEQPACKET, listener);
  if (opened < 0) return opened;
  const int cleared = place.Clear();
  if (cleared < 0) return cleared;
  fchmod(listener->get(), 0600);
  const int bound = BindUnixSocket(listener->get(), place.socket(), strlen(place.socket()));
  return bound < 0 ? bound : ListenUnixSocket(listener->get(), kBacklog);
}

// Before Linux 5.9 there is no call that closes all. Managers open few.
void CloseFrom(int first) {
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
  for (int fd = first; fd < kMostFds; ++fd) close(fd);
}

void MoveTo(int fd, int number) {
  const int copy = fcntl(fd, F_DUPFD, kAbove);
  dup2(copy, number);
}

// Gives this process the descriptors of a server, and no others: a manager waits for the end of
// its own.
void TakeDescriptors(int listener, int lock) {
  const int copies[] = {fcntl(listener, F_DUPFD, kAbove), fcntl(lock, F_DUPFD, kAbove)};
  dup2(copies[0], kListener);
  dup2(copies[1], kLock);
  CloseFrom(kEnd);
}

// Executes the server's program. Returns only if that fails: -errno.
int Execute(const Place& place, const char* lifetime) {
  char script[PATH_MAX];
  const long size = readlink("/proc/self/exe", script, sizeof script - sizeof kScript);
  if (size < 0) return -errno;
  script[size] = '\0';
  for (int i = 0; i < kFolders; ++i) {
    char* const slash = strrchr(script, '/');
    if (slash == nullptr) return -ENOENT;
    *slash = '\0';
  }
  memcpy(script + strlen(script), kScript, sizeof kScript);
  const char* const words[] = {script, "--serve", place.socket(), lifetime, nullptr};
  execve(script, const_cast<char* const*>(words), environ);
  return -errno;
}

// In the background it has a session of its own, and nothing of the manager's.
[[noreturn]] void RunInBackground(const Place& place, int listener, int lock) {
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  umask(022);
  static_cast<void>(chdir("/") == 0);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < kListener; ++fd) MoveTo(null, fd);
  Place::NotePid(lock);
  TakeDescriptors(listener, lock);
  Execute(place, "once");
  _exit(127);
}

// Another front may have started a server, and that server may have ended, before this one had the
// lock.
int Start(const Place& place, const UniqueFd& lock, UniqueFd* connection) {
  UniqueFd listener;
  const int listening = Listen(place, &listener);
  if (listening < 0) return listening;
  const pid_t server = fork();
  if (server < 0) return -errno;
  if (server == 0) RunInBackground(place, listener.get(), lock.get());
  return TryConnect(place, connection);
}

bool IsAbsent(int connected) { return connected == -ENOENT || connected == -ECONNREFUSED; }

}  // namespace

int Connect(const Place& place, UniqueFd* connection) {
  for (int i = 0; i < kMostTries; ++i) {
    const int connected = TryConnect(place, connection);
    if (!IsAbsent(connected)) return connected;
    UniqueFd lock;
    const int locked = place.Lock(&lock);
    if (locked == 0) return Start(place, lock, connection);
    if (locked != -EAGAIN) return locked;
    const struct timespec pause = {0, kPause};
    nanosleep(&pause, nullptr);
  }
  return -ETIMEDOUT;
}

int BecomeServer(const Place& place) {
  UniqueFd lock;
  const int locked = place.Lock(&lock);
  if (locked < 0) return locked;
  UniqueFd listener;
  const int listening = Listen(place, &listener);
  if (listening < 0) return listening;
  Place::NotePid(lock.get());
  TakeDescriptors(listener.Release(), lock.Release());
  return Execute(place, nullptr);
}

}  // namespace sexton::front
