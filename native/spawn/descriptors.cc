#include <fcntl.h>
#include <unistd.h>

#include "spawn/calls.h"
#include "spawn/child.h"

namespace sexton {
namespace {

constexpr int kReportPipe = -4;  // in fds: the report pipe has this number, and stays

// Clears a flag that Node sets on its own pipes and terminals. The child shares it, and most
// programs do not expect it.
int MakeBlocking(int fd) {
  if (fd > STDERR_FILENO) return 0;
  const int flags = calls::Control(fd, F_GETFL, 0);
  if (flags < 0) return flags;
  return (flags & O_NONBLOCK) != 0 ? calls::Control(fd, F_SETFL, flags & ~O_NONBLOCK) : 0;
}

// Puts /dev/null at `target`. It is opened once; `at` says where it has been put, or is -1.
int PlaceNullDevice(int target, int* at) {
  if (*at >= 0) return calls::Duplicate(*at, target);
  const int source = calls::Open("/dev/null", O_RDWR);
  if (source < 0) return source;
  *at = target;
  if (source == target) return 0;
  const int placed = calls::Duplicate(source, target);
  calls::Close(source);
  return placed;
}

int Place(int source, int target, int* null_device) {
  if (source == kReportPipe) return 0;
  if (source == kNullDevice && target > STDERR_FILENO) {
    calls::Close(target);  // EBADF: there is no such descriptor, as wanted
    return 0;
  }
  if (source == kNullDevice) return PlaceNullDevice(target, null_device);
  // A duplicate is not close-on-exec.
  const int placed =
      source == target ? calls::Control(target, F_SETFD, 0) : calls::Duplicate(source, target);
  return placed < 0 ? placed : MakeBlocking(target);
}

// Moves the report pipe out of the way of the targets. If its number is one that the program gets
// closed, it stays there until execve() closes it: an inherited descriptor may have a number beyond
// the limit, and then there is no room above it.
void KeepReportPipe(Birth* birth, int32_t* fds, int count) {
  const int fd = birth->report_fd;
  if (fd < 0 || fd >= count) return;
  if (fd > STDERR_FILENO && fds[fd] == kNullDevice) {
    fds[fd] = kReportPipe;
    return;
  }
  const int moved = calls::Control(fd, F_DUPFD_CLOEXEC, count);
  Check(birth, SpawnStep::kStdio, moved);
  birth->report_fd = moved;
}

}  // namespace

// Lifts every source, and the report pipe, above the targets, and then places them. In one pass,
// filling target 1 could close the source that target 2 wants.
void PlaceDescriptors(Birth* birth) {
  auto* fds = PlanPart<int32_t>(birth->plan, birth->plan->fds);
  const int count = static_cast<int>(birth->plan->fd_count);
  KeepReportPipe(birth, fds, count);
  for (int target = 0; target < count; ++target) {
    const int source = fds[target];
    if (source < 0 || source == target || source >= count) continue;
    fds[target] = calls::Control(source, F_DUPFD_CLOEXEC, count);
    Check(birth, SpawnStep::kStdio, fds[target]);
  }
  int null_device = -1;
  for (int target = 0; target < count; ++target) {
    Check(birth, SpawnStep::kStdio, Place(fds[target], target, &null_device));
  }
}

}  // namespace sexton
