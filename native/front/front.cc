#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "front/help.h"
#include "front/place.h"
#include "front/request.h"
#include "front/server.h"
#include "front/words.h"
#include "keeper/programs.h"
#include "platform/process.h"

// The front of a container runtime shim: what a manager starts for each container. It answers
// --version and --help, and hands everything else to the server of this user, which hosts the shims
// of all its containers in one Node process (lib/shim/serve/). Where there is no server, it starts
// one.
//
// front        the order of events
// place        where the server is, and its lock
// server       a connection to it, and its start
// request      what is handed over, and the replies
// help         the texts of --help
//
// It has no state beyond one call, and exits with the code that the server tells.

namespace sexton::front {
namespace {

constexpr int kFailed = 1;
// Servers that may end, or be killed, before this front has a reply.
constexpr int kMostServers = 3;

// The text of conmon 2.2, which managers read. lib/shim/version.ts has it too.
constexpr char kVersion[] = "conmon version 2.2.1\ncommit: sexton-shim\n";

bool Is(const char* word, const char* other) { return strcmp(word, other) == 0; }

int Fail(const char* name, const char* problem, const char* detail = "") {
  char text[512];
  if (Join(text, name, ": ", problem)) Say(STDERR_FILENO, text);
  Say(STDERR_FILENO, detail);
  Say(STDERR_FILENO, "\n");
  return kFailed;
}

int FailToFind(const char* name, const Place& place, const char* problem) {
  return Fail(name, problem, problem[strlen(problem) - 1] == ' ' ? place.about() : "");
}

// Says why there is no server for this front, by an error: -errno.
int FailAt(const char* name, const Place& place, int error, const char* otherwise) {
  switch (error) {
    case -EPERM:
      return Fail(name, "another user has a server, socket, lock or folder at ", place.socket());
    case -EEXIST:
      return Fail(name, "a file that is not a socket is at ", place.socket());
    case -EBUSY:
      return Fail(name, "the server is stopped, and SIGCONT continues it: ", place.socket());
    case -ETIMEDOUT:
      return Fail(name, "the server does not answer: ", place.socket());
    case -EPROTO:
      return Fail(name, "the server is of another version of sexton, and has to end first: ",
                  place.socket());
    case -EACCES:
      return Fail(name, "this user has no right to the server at ", place.socket());
    case -ENOSPC:
      return Fail(name, "the disk has no room for a server at ", place.socket());
    default:
      return Fail(name, otherwise, place.socket());
  }
}

// The answer to a question that needs no server; null for any other request.
const char* AnswerTo(const char* contract, int count, char** words) {
  if (count != 1) return nullptr;
  const bool is_conmon = Is(contract, "conmon");
  if (is_conmon && Is(words[0], "--version")) return kVersion;
  if (!Is(words[0], "--help") && !Is(words[0], "-h")) return nullptr;
  if (is_conmon) return kConmonHelp;
  return Is(contract, "shimmy") ? kShimmyHelp : nullptr;
}

// Waits until the manager lets the shim start. By then the manager has moved this process into its
// control group, and a server that is started now is there, too. One byte and no more: there may be
// a second one for an exec session.
void AwaitManager() {
  const char* const number = getenv("_OCI_STARTPIPE");
  if (number == nullptr || number[0] < '0' || number[0] > '9') return;
  char byte;
  Retry([&] { return read(atoi(number), &byte, 1); });
}

int AskServers(const char* name, const Place& place, const Request& request) {
  for (int i = 0; i < kMostServers; ++i) {
    UniqueFd server;
    const int connected = Connect(place, &server);
    if (connected < 0) return FailAt(name, place, connected, "no server can be reached at ");
    // A server that is ending, or was killed, has begun nothing before its first reply.
    int code = HearGreeting(server.get(), place);
    if (code == kGreeted) {
      const int sent = request.SendTo(server.get());
      code = sent < 0 ? -ECONNRESET : HearReplies(server.get(), place);
    }
    if (code >= 0) return code;
    if (code != -ECONNRESET) return FailAt(name, place, code, "");
  }
  return Fail(name,
              "the server ends without a reply. It needs `node` in the PATH: ", place.socket());
}

int Serve(const char* name, const char* socket) {
  Place place;
  const char* const problem = place.Find(socket);
  if (problem != nullptr) return FailToFind(name, place, problem);
  const int failed = BecomeServer(place);
  if (failed == -EAGAIN) return Fail(name, "there is another server at ", place.socket());
  return FailAt(name, place, failed, "no server can be started at ");
}

}  // namespace

int Run(int count, char** words) {
  Request request;
  const char* const slash = strrchr(words[0], '/');
  const char* const name = slash == nullptr ? words[0] : slash + 1;
  if (Is(name, "sexton-shim") && count > 1 && Is(words[1], "serve")) {
    return Serve(name, count > 2 ? words[2] : nullptr);
  }
  const bool is_chosen = count > 2 && Is(words[1], "--compat");
  const char* const answer = AnswerTo(is_chosen ? words[2] : name, count - (is_chosen ? 3 : 1),
                                      words + (is_chosen ? 3 : 1));
  if (answer != nullptr) {
    Say(STDOUT_FILENO, answer);
    return 0;
  }
  Place place;
  const char* const problem = place.Find(nullptr);
  if (problem != nullptr) return FailToFind(name, place, problem);
  if (request.Fill(name, count - 1, words + 1) < 0) return Fail(name, "no memory");
  AwaitManager();
  return AskServers(name, place, request);
}

}  // namespace sexton::front

int sexton::RunFront(int count, char** words) { return front::Run(count, words); }
