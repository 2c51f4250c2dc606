#include "keeper/pid1/plan_block.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "keeper/pid1/line.h"
#include "keeper/pid1/settings.h"
#include "keeper/pid1/shell_copy.h"
#include "platform/process.h"

// The plan as one block, laid out twice: first to count its bytes, and then to write them.

namespace sexton::pid1 {
namespace {

// Where programs are searched without PATH: the value of confstr(_CS_PATH).
constexpr char kDefaultPath[] = "/bin:/usr/bin";

// Zeros in place of a pid and of the id of a pidfd, as spawn/exec.cc expects them.
constexpr char kRoomForPid[] = "0000000000";
constexpr char kRoomForId[] = "00000000000000000000";

size_t NameLength(const char* entry) { return strcspn(entry, "="); }

bool SameName(const char* one, const char* other) {
  const size_t length = NameLength(one);
  return length == NameLength(other) && strncmp(one, other, length) == 0;
}

class Layout {
 public:
  Layout(const Launch& launch, const World& world) : launch_(launch), world_(world) {
    if (launch.names_child) FindOwnNames();
  }

  // Lays the strings out from `room` on, or counts them only if it is null.
  size_t Write(char* room, SpawnPlan* plan) {
    room_ = room;
    size_ = sizeof(SpawnPlan);
    plan->fds = plan->groups = plan->limits = static_cast<uint32_t>(size_);
    Section(&plan->files, &plan->file_bytes, [this] { WriteFiles(); });
    Section(&plan->argv, &plan->argv_bytes, [this] { WriteWords(); });
    Section(&plan->env, &plan->env_bytes, [this] { WriteEnvironment(); });
    plan->cwd = launch_.workdir == nullptr ? 0 : static_cast<uint32_t>(size_);
    if (launch_.workdir != nullptr) String(launch_.workdir);
    plan->size = static_cast<uint32_t>(size_);
    return size_;
  }

  // Whether a variable has room for the child's pid.
  bool names_child() const { return names_child_; }

 private:
  template <typename Write>
  void Section(uint32_t* at, uint32_t* bytes, Write write) {
    *at = static_cast<uint32_t>(size_);
    write();
    *bytes = static_cast<uint32_t>(size_) - *at;
  }

  void Bytes(const char* bytes, size_t count) {
    if (room_ != nullptr) memcpy(room_ + size_, bytes, count);
    size_ += count;
  }
  void String(const char* string) { Bytes(string, strlen(string) + 1); }

  const char* File() const {
    if (launch_.file != nullptr) return launch_.file;
    return launch_.head.count > 0 ? launch_.head.words[0] : launch_.tail.words[0];
  }

  // The file itself, or its name in each folder of PATH. Like execvp(3), it does not search for an
  // empty name, and an empty folder is the working directory.
  void WriteFiles() {
    const char* const file = File();
    if (*file == '\0' || strchr(file, '/') != nullptr) return String(file);
    const char* folder = Path();
    for (;; ++folder) {
      const size_t length = strcspn(folder, ":");
      Bytes(folder, length);
      if (length > 0) Bytes("/", 1);
      String(file);
      folder += length;
      if (*folder == '\0') return;
    }
  }

  const char* Path() const {
    for (int i = launch_.variable_count; i-- > 0;) {
      if (strncmp(launch_.variables[i], "PATH=", 5) == 0) return launch_.variables[i] + 5;
    }
    const char* const path = ValueOf(launch_.env, "PATH");
    return path == nullptr ? kDefaultPath : path;
  }

  void WriteWords() {
    for (int i = 0; i < launch_.head.count; ++i) String(launch_.head.words[i]);
    for (int i = 0; i < launch_.tail.count; ++i) String(launch_.tail.words[i]);
  }

  void WriteEnvironment() {
    for (char* const* entry = launch_.env; *entry != nullptr; ++entry) {
      if (!IsReplaced(*entry, 0)) Variable(*entry);
    }
    for (int i = 0; i < launch_.variable_count; ++i) {
      if (!IsReplaced(launch_.variables[i], i + 1)) Variable(launch_.variables[i]);
    }
  }

  bool IsReplaced(const char* entry, int first) const {
    for (int i = first; i < launch_.variable_count; ++i) {
      if (SameName(entry, launch_.variables[i])) return true;
    }
    return false;
  }

  void Variable(const char* entry) {
    const bool is_pid = NamesOwn(entry, "SYSTEMD_EXEC_PID") || NamesOwn(entry, "WATCHDOG_PID") ||
                        (listens_ && NamesOwn(entry, "LISTEN_PID"));
    const bool is_id = listens_ && SameName(entry, "LISTEN_PIDFDID=");
    if (!is_pid && !is_id) return String(entry);
    names_child_ = true;
    Bytes(entry, NameLength(entry) + 1);
    String(is_pid ? kRoomForPid : kRoomForId);
  }

  // Tells whether the entry says that this variable names this process.
  bool NamesOwn(const char* entry, const char* name) const {
    if (!launch_.names_child) return false;
    return strcmp(entry, Line().Add(name).Add("=").Add(world_.self).text()) == 0;
  }

  // LISTEN_PIDFDID of another process says that LISTEN_PID is that process's pid, reused by this
  // one.
  void FindOwnNames() {
    const char* const pid = ValueOf(launch_.env, "LISTEN_PID");
    const char* const id = ValueOf(launch_.env, "LISTEN_PIDFDID");
    if (pid == nullptr || strcmp(pid, Line().Add(world_.self).text()) != 0) return;
    uint64_t own = 0;
    listens_ = id == nullptr || !OwnPidfdId(&own) ||
               strcmp(id, Line().Add(static_cast<int64_t>(own)).text()) == 0;
  }

  const Launch& launch_;
  const World& world_;
  bool names_child_ = false;
  bool listens_ = false;  // the sockets of systemd are for the child
  char* room_ = nullptr;
  size_t size_ = 0;
};

}  // namespace

SpawnResult SpawnFrom(const Launch& launch, const World& world, SpawnPlan plan) {
  Layout layout(launch, world);
  const size_t size = layout.Write(nullptr, &plan);
  char* const block = static_cast<char*>(malloc(size));
  if (block == nullptr) {
    SpawnResult failure;
    failure.step = SpawnStep::kClone;
    failure.error = ENOMEM;
    return failure;
  }
  layout.Write(block, &plan);
  plan.flags |= kMask | kKeepsSignals;
  if (layout.names_child()) plan.flags |= kOwnVariables;
  plan.blocked_low = static_cast<uint32_t>(world.blocked);
  plan.blocked_high = static_cast<uint32_t>(world.blocked >> 32);
  plan.ignored_low = static_cast<uint32_t>(world.unignored);
  plan.ignored_high = static_cast<uint32_t>(world.unignored >> 32);
  memcpy(block, &plan, sizeof plan);
  SpawnResult result = Spawn(reinterpret_cast<SpawnPlan*>(block));
  // The copy may have been the last process that a limit allows.
  if (EndShellCopy() && result.error == EAGAIN) result = Spawn(reinterpret_cast<SpawnPlan*>(block));
  free(block);
  return result;
}

}  // namespace sexton::pid1
