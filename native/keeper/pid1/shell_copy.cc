#include "keeper/pid1/shell_copy.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "keeper/pid1/line.h"
#include "keeper/pid1/values.h"
#include "platform/process.h"

namespace sexton::pid1 {
namespace {

constexpr int kPipe = 9;

// More bytes than most environments have. Memory that is not written to costs nothing, and a
// mapping of its own would take longer than the reading.
char first_room[64 * 1024];

pid_t copy = 0;

// Whether this process has such a child. Leaves no pid in `exit` if the child still runs.
bool FindChild(pid_t pid, siginfo_t* exit) {
  exit->si_pid = 0;
  return waitid(P_PID, static_cast<id_t>(pid), exit, WEXITED | WNOHANG | WNOWAIT) == 0;
}

Block ReadAll(int fd) {
  Block block = {first_room, 0};
  for (size_t room = sizeof first_room;;) {
    if (block.size == room) {
      room *= 2;
      char* const larger = static_cast<char*>(malloc(room));
      if (larger == nullptr) return {};
      memcpy(larger, block.bytes, block.size);
      if (block.bytes != first_room) free(block.bytes);
      block.bytes = larger;
    }
    const long count = Retry([&] { return read(fd, block.bytes + block.size, room - block.size); });
    if (count <= 0) return block;
    block.size += static_cast<size_t>(count);
  }
}

}  // namespace

Block ReadShellCopy(const char* digits) {
  uint64_t number = 0;
  siginfo_t exit = {};
  if (!ParseDigits(digits, strlen(digits), &number) || number > INT32_MAX) return {};
  if (!FindChild(static_cast<pid_t>(number), &exit)) return {};
  copy = static_cast<pid_t>(number);
  fcntl(kPipe, F_SETFD, FD_CLOEXEC);
  const int fd = open(Line().Add("/proc/").Add(copy).Add("/environ").text(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const Block block = ReadAll(fd);
  close(fd);
  // An exited process seems to have no environment. A signal to its group may have killed it.
  return FindChild(copy, &exit) && exit.si_pid == 0 ? block : Block{};
}

bool EndShellCopy() {
  if (copy == 0) return false;
  close(kPipe);
  kill(copy, SIGKILL);
  siginfo_t info = {};
  Retry([&] { return waitid(P_PID, static_cast<id_t>(copy), &info, WEXITED); });
  copy = 0;
  return true;
}

}  // namespace sexton::pid1
