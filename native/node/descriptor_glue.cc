#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "node/addon.h"
#include "platform/descriptors.h"
#include "platform/process.h"
#include "platform/terminal.h"

namespace sexton {
namespace {

// isOpen(fd): whether this process has the descriptor.
Napi::Value IsOpen(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), fcntl(IntArg(info, 0), F_GETFD) != -1);
}

// makePipe(ends: Int32Array, ours: 0 | 1 | -1): writes [read, write]; 0 or -errno. Our end, if one
// is ours, is non-blocking; a child's blocks, as most programs expect.
Napi::Value Pipe(const Napi::CallbackInfo& info) {
  auto ends = info[0].As<Napi::Int32Array>();
  UniqueFd read_end, write_end;
  const int made = MakePipe(&read_end, &write_end, 0);
  if (made < 0) return Result(info, made);
  const int which = IntArg(info, 1);
  const int ours = which == 0 ? read_end.get() : write_end.get();
  if (which >= 0 && fcntl(ours, F_SETFL, O_NONBLOCK) != 0) return Result(info, -errno);
  ends[size_t{0}] = State(info)->open_fds.Add(read_end.Release());
  ends[size_t{1}] = State(info)->open_fds.Add(write_end.Release());
  return Result(info, 0);
}

// makeBlocking(fd): 0 or -errno. A program that gets the descriptor of a stream expects it to
// block.
Napi::Value MakeBlocking(const Napi::CallbackInfo& info) {
  const int fd = IntArg(info, 0);
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) return Result(info, -errno);
  return Result(info, 0);
}

// makeSocketPair(ends: Int32Array): writes two connected sockets; 0 or -errno.
Napi::Value SocketPair(const Napi::CallbackInfo& info) {
  auto ends = info[0].As<Napi::Int32Array>();
  UniqueFd one, other;
  const int made = MakeSocketPair(&one, &other);
  if (made < 0) return Result(info, made);
  ends[size_t{0}] = State(info)->open_fds.Add(one.Release());
  ends[size_t{1}] = State(info)->open_fds.Add(other.Release());
  return Result(info, 0);
}

// makeSealedFile(bytes): a descriptor of a file in memory, or -errno.
Napi::Value SealedFile(const Napi::CallbackInfo& info) {
  auto bytes = info[0].As<Napi::Uint8Array>();
  UniqueFd file;
  const int made = MakeSealedFile(bytes.Data(), bytes.ByteLength(), &file);
  return Result(info, made < 0 ? made : State(info)->open_fds.Add(file.Release()));
}

// makeMemoryFile(): a descriptor of an empty file in memory, or -errno.
Napi::Value MemoryFile(const Napi::CallbackInfo& info) {
  UniqueFd file;
  const int made = MakeMemoryFile(&file);
  return Result(info, made < 0 ? made : State(info)->open_fds.Add(file.Release()));
}

// moveToFile(pipe, file, at, most): how many bytes, or -errno.
Napi::Value Move(const Napi::CallbackInfo& info) {
  const long moved =
      MoveToFile(IntArg(info, 0), IntArg(info, 1), UintArg(info, 2), UintArg(info, 3));
  return Result(info, static_cast<int>(moved));
}

// moveToPipe(from, pipe, most): how many bytes, or -errno.
Napi::Value Relay(const Napi::CallbackInfo& info) {
  const long moved = MoveToPipe(IntArg(info, 0), IntArg(info, 1), UintArg(info, 2));
  return Result(info, static_cast<int>(moved));
}

// hasReader(fd): whether any process holds the read end of a pipe that this one writes to.
Napi::Value HasReader(const Napi::CallbackInfo& info) {
  struct pollfd pipe = {IntArg(info, 0), 0, 0};  // poll() reports POLLERR and POLLHUP unasked
  const long closed = Retry([&] { return poll(&pipe, 1, 0); });
  return Napi::Boolean::New(info.Env(), closed <= 0);
}

// bytesInPipe(fd): how many can be read without waiting, or -errno.
Napi::Value BytesInPipe(const Napi::CallbackInfo& info) {
  int bytes = 0;
  if (ioctl(IntArg(info, 0), FIONREAD, &bytes) != 0) return Result(info, -errno);
  return Result(info, bytes);
}

// lend(fd): a stream opens the descriptor now, and may come to close it.
Napi::Value Lend(const Napi::CallbackInfo& info) {
  State(info)->open_fds.Lend(IntArg(info, 0));
  return info.Env().Undefined();
}

// handOver(fd): leaves the descriptor to a stream, which closes it.
Napi::Value HandOver(const Napi::CallbackInfo& info) {
  State(info)->open_fds.Forget(IntArg(info, 0));
  return info.Env().Undefined();
}

// writeFromBackground(fd, bytes, patience in ms): how many bytes it has written, or -errno.
Napi::Value Write(const Napi::CallbackInfo& info) {
  auto bytes = info[1].As<Napi::Uint8Array>();
  const auto* data = reinterpret_cast<const char*>(bytes.Data());
  const ssize_t written =
      WriteFromBackground(IntArg(info, 0), data, bytes.ElementLength(), IntArg(info, 2));
  return Result(info, static_cast<int>(written));
}

// makeFifo(path, mode): 0 or -errno. The path has a NUL at its end.
Napi::Value MakeFifo(const Napi::CallbackInfo& info) {
  auto path = info[0].As<Napi::Uint8Array>();
  const size_t length = path.ByteLength();
  if (length == 0 || path[length - 1] != 0) return Result(info, -EINVAL);
  const auto* text = reinterpret_cast<const char*>(path.Data());
  return Result(info, mkfifo(text, static_cast<mode_t>(UintArg(info, 1))) == 0 ? 0 : -errno);
}

// closeFd(fd): closes a descriptor that the addon has opened, and no other.
Napi::Value CloseFd(const Napi::CallbackInfo& info) {
  State(info)->open_fds.Close(IntArg(info, 0));
  return info.Env().Undefined();
}

}  // namespace

void DefineDescriptors(Napi::Object exports, Environment* state) {
  Define(exports, "isOpen", IsOpen, {kInt}, state);
  Define(exports, "makePipe", Pipe, {Ints(2), kInt}, state);
  Define(exports, "makeBlocking", MakeBlocking, {kInt}, state);
  Define(exports, "makeSocketPair", SocketPair, {Ints(2)}, state);
  Define(exports, "makeSealedFile", SealedFile, {kBytes}, state);
  Define(exports, "makeMemoryFile", MemoryFile, {}, state);
  Define(exports, "moveToFile", Move, {kInt, kInt, kUint, kUint}, state);
  Define(exports, "moveToPipe", Relay, {kInt, kInt, kUint}, state);
  Define(exports, "hasReader", HasReader, {kInt}, state);
  Define(exports, "bytesInPipe", BytesInPipe, {kInt}, state);
  Define(exports, "lend", Lend, {kInt}, state);
  Define(exports, "handOver", HandOver, {kInt}, state);
  Define(exports, "writeFromBackground", Write, {kInt, kBytes, kInt}, state);
  Define(exports, "makeFifo", MakeFifo, {kBytes, kUint}, state);
  Define(exports, "closeFd", CloseFd, {kInt}, state);
}

}  // namespace sexton
