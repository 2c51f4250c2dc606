#include "keeper/pid1/node.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "keeper/pid1/line.h"
#include "keeper/pid1/plan_block.h"
#include "platform/descriptors.h"
#include "platform/process.h"
#include "platform/terminal.h"
#include "wait/wait.h"

namespace sexton::pid1 {
namespace {

// The program's place, from the package's folder on. This program is two folders below that:
// build/Release, or prebuilds/linux-x64.
constexpr char kProgram[] = "/dist/cli/pid1.js";
constexpr int kDepth = 3;

// More than all words that a process can be started with.
constexpr size_t kMostBytes = size_t{1} << 28;

// The header of an answer. lib/cli/pid1/plan.ts writes it.
struct Header {
  uint32_t bytes;  // of the options, each with its NUL
  uint32_t option_count;
  uint32_t command_count;  // the last words are the command
  uint32_t stays;          // 1: as an observer, 2: one that wants events
  int32_t status_fd;       // of the observer alone, or -1
};

// The path of the program, or false if this program's own is not known.
bool FindProgram(char* path, size_t size) {
  const ssize_t length = readlink("/proc/self/exe", path, size - 1);
  if (length > 0) {
    path[length] = '\0';
  } else {
    // Without /proc: the path that was given to execve(2).
    const auto* const given = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    if (given == nullptr || strlen(given) >= size) return false;
    strcpy(path, given);
  }
  for (int i = 0; i < kDepth; ++i) {
    char* const slash = strrchr(path, '/');
    if (slash == nullptr) return false;
    *slash = '\0';
  }
  if (strlen(path) + sizeof kProgram > size) return false;
  strcat(path, kProgram);
  return true;
}

bool ReadWhole(int socket, void* room, size_t size) {
  for (size_t done = 0; done < size;) {
    const long count =
        Retry([&] { return read(socket, static_cast<char*>(room) + done, size - done); });
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

bool ReadOptions(int socket, const Header& header, Words* options) {
  if (header.bytes > kMostBytes || header.option_count > header.bytes) return false;
  char* at = static_cast<char*>(malloc(header.bytes + 1));
  options->words = static_cast<char**>(malloc((header.option_count + 1) * sizeof(char*)));
  if (at == nullptr || options->words == nullptr || !ReadWhole(socket, at, header.bytes))
    return false;
  at[header.bytes] = '\0';
  const char* const end = at + header.bytes;
  for (uint32_t i = 0; i < header.option_count && at < end; ++i, at += strlen(at) + 1)
    options->words[options->count++] = at;
  return options->count == static_cast<int>(header.option_count);
}

// The program's file begins with lines for a shell, which keep the container's state away from
// Node. Where there is no shell, Node runs it by itself.
SpawnResult StartProgram(const World& world, char* path, int socket) {
  Line note;
  note.Add("--keeper=").Add(socket).Add(":").Add(world.name);
  char words[Line::kMost + 1];
  strcpy(words, note.text());
  char node[] = "node";
  char* head[] = {path, words};
  char* head_without_shell[] = {node, path, words};
  Launch launch;
  launch.tail = {world.count, world.words};
  launch.env = world.env;
  SpawnPlan plan = {};
  plan.uid = plan.gid = plan.umask = plan.process_group = plan.cgroup_fd = kUnchanged;
  // A session of its own: the terminal's signals are for the command.
  plan.flags = kSession;
  launch.head = {2, head};
  SpawnResult result = SpawnFrom(launch, world, plan);
  if (result.pid > 0 || result.step != SpawnStep::kExec || access(path, R_OK) != 0) return result;
  launch.head = {3, head_without_shell};
  return SpawnFrom(launch, world, plan);
}

int AwaitExit(pid_t pid) {
  siginfo_t info = {};
  Retry([&] { return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED); });
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

Answer Refuse(const char* path, int error) {
  Line line;
  line.Add("pid1: these words need Node.js, and '").AddPrintable(path).Add("' cannot be run: ");
  line.AddError(error).End();
  WriteFromBackground(STDERR_FILENO, line.text(), line.size(), 0);
  Answer answer;
  answer.exit_code = kCannotRun;
  return answer;
}

}  // namespace

Answer AskNode(const World& world) {
  char path[4096] = "";
  if (!FindProgram(path, sizeof path)) return Refuse(kProgram, ENOENT);
  UniqueFd own, its;
  const int paired = MakeSocketPair(&own, &its);
  if (paired < 0) return Refuse(path, -paired);
  fcntl(its.get(), F_SETFD, 0);
  const SpawnResult started = StartProgram(world, path, its.get());
  its.Reset(-1);
  if (started.pid == 0) return Refuse(path, started.error);
  Answer answer;
  Header header;
  answer.runs = ReadWhole(own.get(), &header, sizeof header) &&
                ReadOptions(own.get(), header, &answer.options) &&
                header.command_count <= static_cast<uint32_t>(world.count);
  if (!answer.runs || header.stays == 0)
    answer.exit_code = AwaitExit(started.pid);
  else
    answer.observer = Observer(started.pid, own.Release(), header.stays == 2);
  answer.command_count = static_cast<int>(header.command_count);
  if (answer.runs && header.status_fd > STDERR_FILENO) close(header.status_fd);
  return answer;
}

}  // namespace sexton::pid1
