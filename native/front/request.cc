#include "front/request.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/process.h"
#include "platform/unix_sockets.h"

extern char** environ;

namespace sexton::front {
namespace {

constexpr int kFailed = 1;

// Milliseconds between looks whether a server that says nothing is stopped, and how many there are
// before that counts (a debugger or a checkpoint stops it for a moment), and before this front
// gives up. On a busy machine a server takes seconds to start.
constexpr int kLook = 1000;
constexpr int kStoppedLooks = 4;
constexpr int kMostLooks = 29;

// A reply: the exit code, where the text goes, and whether another one follows. Then the text.
struct Reply {
  int32_t code;
  int32_t fd;
  int32_t has_more;
  char text[1 << 14];
};

// Writes texts to a file, each with its NUL. It remembers a failure.
class Texts {
 public:
  explicit Texts(int fd) : fd_(fd) {}

  void Add(const char* text) { Write(text, strlen(text) + 1); }

  void AddNumber(int64_t number) {
    char digits[24];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    const bool is_negative = number < 0;
    uint64_t left = is_negative ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    do {
      digits[--at] = static_cast<char>('0' + left % 10);
      left /= 10;
    } while (left > 0);
    if (is_negative) digits[--at] = '-';
    Add(digits + at);
  }

  int error() const { return error_; }

 private:
  void Write(const char* bytes, size_t size) {
    while (error_ == 0 && size > 0) {
      const long written = Retry([&] { return write(fd_, bytes, size); });
      if (written < 0) {
        error_ = static_cast<int>(written);
      } else {
        bytes += written;
        size -= static_cast<size_t>(written);
      }
    }
  }

  int fd_;
  int error_ = 0;
};

bool HasReply(int server, int milliseconds) {
  struct pollfd source = {server, POLLIN, 0};
  return Retry([&] { return poll(&source, 1, milliseconds); }) > 0;
}

// Waits until there is a reply, or the end of the connection. 0 or -errno. A server that comes back
// after this front has given up must not begin a container that the manager has been told to be
// none: it can send no first reply from the shutdown on, and begins nothing before that.
int AwaitFirst(int server, const Place& place) {
  for (int looks = 0; !HasReply(server, kLook); ++looks) {
    const bool is_stopped = looks >= kStoppedLooks && place.IsServerStopped();
    if (!is_stopped && looks < kMostLooks) continue;
    shutdown(server, SHUT_RD);
    char byte;
    const bool has_reply =
        Retry([&] { return recv(server, &byte, 1, MSG_PEEK | MSG_DONTWAIT); }) > 0;
    if (has_reply) return 0;
    return is_stopped ? -EBUSY : -ETIMEDOUT;
  }
  return 0;
}

// Waits for a reply, and prints its text. The exit code; -ECONNRESET if the server has ended.
int HearReply(int server, bool* has_more) {
  static Reply reply;
  long size = -EAGAIN;
  while (size == -EAGAIN) {
    HasReply(server, -1);
    Message message;
    size = ReceiveMessage(server, &reply, sizeof reply, 0, &message);
    // A server that has not read the request resets the connection, which is told before its reply.
    if (size == -ECONNRESET) size = ReceiveMessage(server, &reply, sizeof reply, 0, &message);
    for (int i = 0; size >= 0 && i < message.count; ++i) close(message.fds[i]);
  }
  const auto head = static_cast<long>(offsetof(Reply, text));
  if (size < head) return -ECONNRESET;
  const size_t length = static_cast<size_t>(size - head);
  if (length > 0) static_cast<void>(write(reply.fd, reply.text, length) >= 0);
  *has_more = reply.has_more != 0;
  return reply.code & 0xff;
}

int64_t LimitOf(rlim_t limit) { return limit == RLIM_INFINITY ? -1 : static_cast<int64_t>(limit); }

}  // namespace

Request::Request() {
  for (int fd = 0; fd < static_cast<int>(kMostGiven); ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) numbers_[1 + given_++] = fd;
  }
  numbers_[0] = static_cast<int32_t>(given_);
}

int Request::Fill(const char* program, int count, char** words) {
  const int made = MakeMemoryFile(&texts_);
  if (made < 0) return made;
  Texts texts(texts_.get());
  texts.AddNumber(kRequestVersion);
  char cwd[PATH_MAX];
  texts.Add(getcwd(cwd, sizeof cwd) == nullptr ? "/" : cwd);
  const mode_t mask = umask(0);
  umask(mask);
  texts.AddNumber(mask);
  struct rlimit files = {RLIM_INFINITY, RLIM_INFINITY};
  getrlimit(RLIMIT_NOFILE, &files);
  texts.AddNumber(LimitOf(files.rlim_cur));
  texts.AddNumber(LimitOf(files.rlim_max));
  texts.Add(program);
  texts.AddNumber(count);
  for (int i = 0; i < count; ++i) texts.Add(words[i]);
  for (char** variable = environ; *variable != nullptr; ++variable) texts.Add(*variable);
  return texts.error();
}

int Request::SendTo(int server) const {
  int fds[1 + kMostGiven] = {texts_.get()};
  for (size_t i = 0; i < given_; ++i) fds[1 + i] = numbers_[1 + i];
  const size_t size = sizeof numbers_[0] * (1 + given_);
  const long sent = SendMessage(server, numbers_, size, 0, fds, static_cast<int>(1 + given_));
  return sent < 0 ? static_cast<int>(sent) : 0;
}

int HearGreeting(int server, const Place& place) {
  const int waited = AwaitFirst(server, place);
  if (waited < 0) return waited;
  bool has_more = false;
  const int code = HearReply(server, &has_more);
  if (code < 0 || !has_more) return code;
  return code == kRequestVersion ? kGreeted : -EPROTO;
}

int HearReplies(int server, const Place& place) {
  int code = AwaitFirst(server, place);
  if (code < 0) return code;
  code = -ECONNRESET;
  for (bool has_more = true; has_more;) {
    const int next = HearReply(server, &has_more);
    // A server that ends after its first reply has left the container to its keeper.
    if (next < 0) return code < 0 ? next : kFailed;
    code = next;
  }
  return code;
}

}  // namespace sexton::front
