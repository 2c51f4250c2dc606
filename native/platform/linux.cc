#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "platform/descriptors.h"
#include "platform/process.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace sexton {
namespace {

// The kernel's layout and numbers (include/uapi/linux/pidfd.h, 6.15), 64 bytes in the first
// version. The build machine's <linux/pidfd.h> may be older than the kernel that runs.
struct PidfdInfo {
  uint64_t mask;
  uint64_t cgroupid;
  uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64, "PIDFD_GET_INFO encodes the size in its number");

constexpr long kPidfs = 0x50494446;  // PID_FS_MAGIC of <linux/magic.h>

constexpr uint64_t kInfoExit = 1u << 3;
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

// The kernel's struct statx (statx(2)). fstat() would need a newer glibc than the addon asks for.
struct KernelStatx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, user, group;
  uint16_t mode, spare;
  uint64_t inode;
  uint64_t sizes_and_times[11];
  uint64_t special_device;
  uint64_t device;
  uint64_t rest[14];
};
static_assert(sizeof(KernelStatx) == 256, "the kernel writes this many bytes");

constexpr unsigned kStatxInode = 0x100;  // STATX_INO

struct Count {
  const void* own_base;
  int others;
};

bool IsAddon(const char* path) {
  const size_t length = std::strlen(path);
  return length >= 5 && std::strcmp(path + length - 5, ".node") == 0;
}

int Visit(struct dl_phdr_info* object, size_t, void* data) {
  auto* count = static_cast<Count*>(data);
  const bool own = reinterpret_cast<const void*>(object->dlpi_addr) == count->own_base;
  if (!own && IsAddon(object->dlpi_name)) ++count->others;
  return 0;
}

}  // namespace

// --- descriptors.h ---

bool ReadFileId(int fd, FileId* id) {
  KernelStatx file;
  if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, kStatxInode, &file) != 0) return false;
  *id = {file.device, file.inode};
  return true;
}

int MakePipe(UniqueFd* read_end, UniqueFd* write_end, int flags) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | flags) != 0) return -errno;
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  return 0;
}

int ReopenPipe(int fd) {
  if (fcntl(fd, F_GETPIPE_SZ) < 0) return -EINVAL;
  char path[32] = "/proc/self/fd/";
  char* end = path + std::strlen(path);
  for (int unit = 1'000'000'000; unit > 0; unit /= 10) {
    if (fd >= unit || unit == 1) *end++ = static_cast<char>('0' + fd / unit % 10);
  }
  return static_cast<int>(Retry([&] { return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC); }));
}

int MakeSocketPair(UniqueFd* one, UniqueFd* other) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -errno;
  one->Reset(ends[0]);
  other->Reset(ends[1]);
  return 0;
}

int MakeSealedFile(const void* bytes, size_t size, UniqueFd* file) {
  file->Reset(memfd_create("sexton", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file->valid()) return -errno;
  const char* const from = static_cast<const char*>(bytes);
  for (size_t done = 0; done < size;) {
    const long written = Retry([&] { return write(file->get(), from + done, size - done); });
    if (written < 0) return static_cast<int>(written);
    done += static_cast<size_t>(written);
  }
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  return fcntl(file->get(), F_ADD_SEALS, seals) == 0 ? 0 : -errno;
}

int MakeMemoryFile(UniqueFd* file) {
  file->Reset(memfd_create("sexton", MFD_CLOEXEC));
  return file->valid() ? 0 : -errno;
}

long MoveToFile(int pipe, int file, int64_t at, size_t size) {
  loff_t place = at;
  return Retry([&] { return splice(pipe, nullptr, file, &place, size, SPLICE_F_NONBLOCK); });
}

long MoveToPipe(int from, int pipe, size_t size) {
  return Retry([&] { return splice(from, nullptr, pipe, nullptr, size, SPLICE_F_NONBLOCK); });
}

void GrowPipe(int fd) { fcntl(fd, F_SETPIPE_SZ, 1 << 20); }

// --- process.h ---

int ThreadId() { return static_cast<int>(syscall(SYS_gettid)); }

bool ThreadExists(int id) { return syscall(SYS_tgkill, getpid(), id, 0) == 0; }

int SetSubreaper(bool enabled) {
  return prctl(PR_SET_CHILD_SUBREAPER, enabled ? 1 : 0, 0, 0, 0) == 0 ? 0 : -errno;
}

int GetSubreaper() {
  int enabled = 0;
  return prctl(PR_GET_CHILD_SUBREAPER, &enabled, 0, 0, 0) == 0 ? enabled : -errno;
}

int SetDeathSignal(int signal) {
  return static_cast<int>(syscall(SYS_prctl, PR_SET_PDEATHSIG, signal, 0, 0, 0));
}

int CountForeignAddons() {
  Dl_info own;
  if (dladdr(reinterpret_cast<void*>(&CountForeignAddons), &own) == 0) return -1;
  Count count = {own.dli_fbase, 0};
  dl_iterate_phdr(Visit, &count);
  return count.others;
}

bool ReadOwnMemory(const void* from, char* to, size_t size) {
  const iovec local = {to, size};
  const iovec remote = {const_cast<void*>(from), size};
  const ssize_t result = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
  if (result == static_cast<ssize_t>(size)) return true;
  // Seccomp filters and kernels without CONFIG_CROSS_MEMORY_ATTACH refuse the call.
  if (result == -1 && (errno == ENOSYS || errno == EPERM || errno == EACCES)) {
    return ReadOwnMemoryByPipe(from, to, size);
  }
  return false;
}

bool ReadOwnParts(const iovec* parts, size_t count, char* to, size_t size) {
  const iovec local = {to, size};
  return process_vm_readv(getpid(), &local, 1, parts, count, 0) == static_cast<ssize_t>(size);
}

int PidfdOpen(pid_t pid) {
  return static_cast<int>(Retry([&] { return syscall(SYS_pidfd_open, pid, 0); }));
}

int PidfdSend(int pidfd, int signal) {
  return static_cast<int>(
      Retry([&] { return syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0); }));
}

int PidfdState(int pidfd) {
  int state;
  do {
    state = PidfdAwait(pidfd, 0);
  } while (state == -EINTR);
  return state;
}

int PidfdAwait(int pidfd, int milliseconds) {
  struct pollfd target = {pidfd, POLLIN, 0};
  const int result = poll(&target, 1, milliseconds);
  if (result < 0) return -errno;
  if (result == 0) return 0;
  return (target.revents & POLLHUP) != 0 ? 2 : 1;
}

int PidfdExitStatus(int pidfd) {
  PidfdInfo info = {};
  info.mask = kInfoExit;
  const long result = Retry([&] { return ioctl(pidfd, kGetInfo, &info); });
  if (result < 0) return static_cast<int>(result);
  // A kernel before 6.15 answers without the bit; exit_code is meaningless then.
  return (info.mask & kInfoExit) != 0 ? info.exit_code : -EAGAIN;
}

bool OwnPidfdId(uint64_t* id) {
  const int pidfd = PidfdOpen(getpid());
  if (pidfd < 0) return false;
  struct statfs system;
  FileId file;
  // Without pidfs every pidfd has the inode that all anonymous files share.
  const bool found =
      fstatfs(pidfd, &system) == 0 && system.f_type == kPidfs && ReadFileId(pidfd, &file);
  close(pidfd);
  if (found) *id = file.inode;
  return found;
}

}  // namespace sexton
