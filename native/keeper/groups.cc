#include "keeper/groups.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <utility>

#include "keeper/directory.h"
#include "keeper/frames.h"
#include "keeper/members.h"
#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {

static_assert(kMostGroups <= CgroupFiles::kMost, "each group has a file");

namespace {

// Milliseconds between two attempts to remove a group, and how many there are.
constexpr int kPause = 5;
constexpr int kAttempts = 60;

// The most groups below its own that are removed for one job.
constexpr int kMostBelow = 4096;

// Where the kernel counts how often a limit was hit: a line of a file. A group has the files of its
// own controllers. Version 1 has memory.oom_control, version 2 has memory.events.
constexpr struct {
  const char* file;
  const char* key;
  Limit limit;
} kCounts[] = {
    {"/pids.events", "max ", kProcesses},
    {"/memory.events", "oom_kill ", kMemory},
    {"/memory.oom_control", "oom_kill ", kMemory},
    {"/cpu.stat", "nr_throttled ", kCpu},
};

bool IsCounted(int parent, const char* path, const char* key) {
  const UniqueFd file(openat(parent, path, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return false;
  char text[1024];
  const long length = Retry([&] { return read(file.get(), text, sizeof text - 1); });
  if (length <= 0) return false;
  text[length] = '\0';
  const size_t size = strlen(key);
  for (const char* line = text; line != nullptr; line = strchr(line, '\n')) {
    if (*line == '\n') ++line;
    if (strncmp(line, key, size) == 0) return line[size] >= '1' && line[size] <= '9';
  }
  return false;
}

// Finds the name of a group below another one. Returns false if there is none.
bool FindBelow(int group, char (*name)[NAME_MAX + 1]) {
  (*name)[0] = '\0';
  const auto receive = [](void* data, const char* entry, bool is_directory) {
    if (!is_directory || *entry == '.') return true;
    strcpy(static_cast<char*>(data), entry);
    return false;
  };
  EachEntry(group, receive, *name);
  return (*name)[0] != '\0';
}

// Removes one of the groups below another: one that has none below itself. False if there is none,
// or if a process may still be in it.
bool RemoveOneBelow(int parent, const char* name) {
  constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  char below[NAME_MAX + 1];
  UniqueFd above;
  UniqueFd group(openat(parent, name, kDirectory));
  char last[NAME_MAX + 1] = "";
  while (group.valid() && FindBelow(group.get(), &below)) {
    strcpy(last, below);
    above = std::move(group);
    group = UniqueFd(openat(above.get(), last, kDirectory));
  }
  return above.valid() && unlinkat(above.get(), last, AT_REMOVEDIR) == 0;
}

}  // namespace

bool Groups::Open(const Settings& settings) {
  owner_ = settings.group_owner;
  number_ = settings.group_number;
  joined_ = settings.joined_groups;
  const int end = kFirstOfCommand + static_cast<int>(settings.descriptors);
  for (int fd = end - static_cast<int>(settings.groups); fd < end; ++fd) {
    const int parent = fcntl(fd, F_DUPFD_CLOEXEC, end);
    if (parent < 0) return false;
    parents_[count_++] = parent;
  }
  return true;
}

int Groups::OpenFiles() {
  for (uint32_t i = 0; i < joined_; ++i) {
    const int file = openat(parents_[i], In("/cgroup.procs").text(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    files_.fds[files_.count++] = file;
  }
  return 0;
}

void Groups::CloseFiles() {
  while (files_.count > 0) close(files_.fds[--files_.count]);
}

void Groups::KillMembers(const Proc& proc) const {
  const Path name = Path().Add("/").Add(In("").text());
  for (uint32_t i = joined_; i < count_; ++i) {
    KillMembersOf(parents_[i], In("").text(), name.text(), proc);
  }
}

uint32_t Groups::Hits() const {
  uint32_t hits = 0;
  for (uint32_t i = 0; i < count_; ++i) {
    for (const auto& count : kCounts) {
      if (IsCounted(parents_[i], In(count.file).text(), count.key)) hits |= count.limit;
    }
  }
  return hits;
}

void Groups::Remove() const {
  for (uint32_t i = 0; i < count_; ++i) {
    const Path name = In("");
    int removed = 0;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (unlinkat(parents_[i], name.text(), AT_REMOVEDIR) == 0 || errno != EBUSY) break;
      const int before = removed;
      while (removed < kMostBelow && RemoveOneBelow(parents_[i], name.text())) ++removed;
      if (removed == before) poll(nullptr, 0, kPause);
    }
  }
}

Path Groups::In(const char* file) const {
  return Path().Add("sexton-").Add(owner_).Add("-").Add(number_).Add(file);
}

}  // namespace sexton
