#include <fcntl.h>
#include <unistd.h>

#include "keeper/directory.h"
#include "keeper/proc.h"
#include "keeper/text.h"
#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {
namespace {

constexpr size_t kPiece = 4096;

// Makes numbers of digits that come in pieces.
class Numbers {
 public:
  Numbers(Proc::Receive receive, void* context) : receive_(receive), context_(context) {}
  ~Numbers() { Finish(); }

  void Add(char letter) {
    if (letter < '0' || letter > '9') return Finish();
    number_ = number_ * 10 + (letter - '0');
    any_ = true;
  }

 private:
  void Finish() {
    if (any_) receive_(context_, number_);
    number_ = 0;
    any_ = false;
  }

  const Proc::Receive receive_;
  void* const context_;
  pid_t number_ = 0;
  bool any_ = false;
};

// Those of a folder that have this parent.
struct ByParent {
  const Proc* proc;
  pid_t parent;
  Proc::Receive receive;
  void* context;

  static void Look(void* data, pid_t pid) {
    const auto* search = static_cast<ByParent*>(data);
    ProcessStat stat;
    if (search->proc->ReadStat(pid, &stat) && stat.parent == search->parent)
      search->receive(search->context, pid);
  }
};

struct ByThread {
  pid_t pid;
  void* numbers;
  void (*read)(void* numbers, pid_t pid, pid_t thread);

  static void Look(void* data, pid_t thread) {
    const auto* search = static_cast<ByThread*>(data);
    search->read(search->numbers, search->pid, thread);
  }
};

}  // namespace

void Proc::EachChild(pid_t pid, Receive receive, void* context) const {
  if (!lists_children_) {
    ByParent search = {this, pid, receive, context};
    return EachNumber(".", ByParent::Look, &search);
  }
  struct Lists {
    const Proc* proc;
    Receive receive;
    void* context;
  } lists = {this, receive, context};
  ByThread search = {pid, &lists, [](void* data, pid_t process, pid_t thread) {
                       const auto* each = static_cast<Lists*>(data);
                       const Path path =
                           Path().Add(process).Add("/task/").Add(thread).Add("/children");
                       each->proc->EachInFile(path.text(), each->receive, each->context);
                     }};
  EachNumber(Path().Add(pid).Add("/task").text(), ByThread::Look, &search);
}

void Proc::EachInFile(const char* path, Receive receive, void* context) const {
  const UniqueFd file(OpenFile(path, 0));
  if (file.valid()) EachNumberIn(file.get(), receive, context);
}

void EachNumberIn(int fd, Proc::Receive receive, void* context) {
  Numbers numbers(receive, context);
  char piece[kPiece];
  for (;;) {
    const long length = Retry([&] { return read(fd, piece, sizeof piece); });
    if (length <= 0) return;
    for (long i = 0; i < length; ++i) numbers.Add(piece[i]);
  }
}

void Proc::EachNumber(const char* path, Receive receive, void* context) const {
  const UniqueFd folder(OpenFile(path, O_DIRECTORY));
  if (!folder.valid()) return;
  struct Search {
    Receive receive;
    void* context;
  } search = {receive, context};
  const auto receive_name = [](void* data, const char* name, bool) {
    const auto* to = static_cast<Search*>(data);
    Numbers numbers(to->receive, to->context);
    if (*name >= '1' && *name <= '9')
      for (; *name != '\0'; ++name) numbers.Add(*name);
    return true;
  };
  EachEntry(folder.get(), receive_name, &search);
}

}  // namespace sexton
